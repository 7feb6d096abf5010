package dev.eman.datasets.augment;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.image.Image;
import java.util.EnumSet;
import java.util.List;

/**
 * RandAugment (arXiv 1909.13719): a number of operations drawn with replacement, one after another,
 * in the three forms in use.
 */
public final class RandAugment implements Transform {
  /** Magnitudes are counted in tenths. */
  private static final int TENTHS = 10;

  /** All sixteen. */
  private static final ImmutableList<AugmentOperation> ALL =
      ImmutableList.copyOf(AugmentOperation.values());

  /** FixMatch's fourteen. */
  private static final ImmutableList<AugmentOperation> FOURTEEN =
      ImmutableList.copyOf(
          EnumSet.complementOf(EnumSet.of(AugmentOperation.INVERT, AugmentOperation.SOLARIZE_ADD)));

  private enum Magnitude {
    UNIFORM,
    WHOLE_TENTHS,
    FIXED
  }

  private final ImmutableList<AugmentOperation> operations;
  private final int count;
  private final double probability;
  private final Magnitude magnitude;
  private final int tenths;
  private final MagnitudeRange range;

  private RandAugment(
      List<AugmentOperation> operations,
      int count,
      double probability,
      Magnitude magnitude,
      int tenths,
      MagnitudeRange range) {
    checkArgument(!operations.isEmpty(), "operations: expected at least one, got none");
    checkArgument(count >= 0, "n: expected at least 0, got %s", count);
    checkArgument(tenths >= 0 && tenths <= TENTHS, "m: expected 0 to 10, got %s", tenths);
    this.operations = ImmutableList.copyOf(operations);
    this.count = count;
    this.probability = probability;
    this.magnitude = magnitude;
    this.tenths = tenths;
    this.range = range;
  }

  /**
   * FixMatch's (arXiv 2001.07685): two of fourteen operations, each applied with probability 0.5 at
   * a magnitude drawn uniformly. Without the Cutout that follows it there.
   */
  public static RandAugment fixMatch() {
    return new RandAugment(FOURTEEN, 2, 0.5, Magnitude.UNIFORM, TENTHS, MagnitudeRange.FIXMATCH);
  }

  /**
   * The EMAN paper's (arXiv 2101.08482): n = 2, m = 10, always applied, of sixteen operations
   * (those of FixMatch, invert and solarize-add), the magnitude one of 1 to 9 tenths. What the
   * paper does not say is as in RandAugment: posterize keeps 8 to 4 bits, solarize-add adds to
   * values below 128. The authors' program keeps 4 to 7 bits, rotates by whole degrees and
   * translates by whole pixels; its solarize-add adds or subtracts at random, to all values, and
   * then inverts those from 128 on.
   */
  public static RandAugment eman() {
    return new RandAugment(
        ALL, 2, 1.0, Magnitude.WHOLE_TENTHS, TENTHS - 1, MagnitudeRange.RANDAUGMENT);
  }

  /**
   * Operations always applied at one magnitude, out of FixMatch's fourteen.
   *
   * @param n how many operations
   * @param m the magnitude, 0 to 10
   */
  public static RandAugment fixed(int n, int m) {
    return fixed(n, m, FOURTEEN);
  }

  /** Draws from the given operations instead of all. */
  public static RandAugment fixed(int n, int m, List<AugmentOperation> operations) {
    return new RandAugment(operations, n, 1.0, Magnitude.FIXED, m, MagnitudeRange.RANDAUGMENT);
  }

  /** What is drawn from. */
  public ImmutableList<AugmentOperation> operations() {
    return operations;
  }

  @Override
  public void apply(Image image, ViewRandom random) {
    for (int i = 0; i < count; i++) {
      AugmentOperation operation = operations.get(random.nextInt(operations.size()));
      double strength =
          switch (magnitude) {
            case UNIFORM -> random.nextDouble();
            case WHOLE_TENTHS -> random.nextInt(1, tenths) / (double) TENTHS;
            case FIXED -> tenths / (double) TENTHS;
          };
      if (random.chance(probability)) {
        operation.apply(image, strength, range, random);
      }
    }
  }
}
