package dev.eman.datasets.split;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.DatasetException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Classes of unequal sizes, drawn from a data set to learn from a long tail: of K classes, class k
 * has ⌊N γ^(-k/(K-1))⌋ images, so that the first one has γ times as many as the last. The
 * literature on semi-supervised learning with imbalance (CReST, DARP, DASO, USB) has γ and N for
 * the labelled images, and others for the unlabelled ones.
 *
 * @param labeled γ of the labelled images, whose N follows from a {@link LabelAmount}: at least 1,
 *     or at most -1 for the same sizes in the reverse order; 1 for no imbalance
 * @param unlabeled γ of the training images that serve without labels, besides the labelled ones
 *     where these serve too: as {@code labeled}; 1 for all of them
 * @param largest N of these, at least 1; null for the largest that the data set has the images for
 */
public record Imbalance(double labeled, double unlabeled, @Nullable Integer largest) {
  /** As many images of each class, and all that there are without labels. */
  public static final Imbalance NONE = new Imbalance(1, 1, null);

  /** Checks the ranges. */
  public Imbalance {
    checkRatio("imbalance", labeled);
    checkRatio("imbalance-unlabeled", unlabeled);
    checkArgument(
        largest == null || largest > 0,
        "unlabeled-largest: expected at least 1, got %s",
        (Object) largest);
  }

  private static void checkRatio(String name, double ratio) {
    checkArgument(
        Math.abs(ratio) >= 1 && Math.abs(ratio) <= Integer.MAX_VALUE,
        "%s: expected the images of the largest class divided by those of the smallest, at least 1,"
            + " or its negative for the reverse order of the classes, got %s",
        name,
        (Object) ratio);
  }

  /**
   * An imbalance of which some is not said.
   *
   * @param labeled null for 1
   * @param unlabeled null for that of the labelled images
   */
  public static Imbalance of(
      @Nullable Double labeled, @Nullable Double unlabeled, @Nullable Integer largest) {
    double ratio = labeled == null ? 1 : labeled;
    return new Imbalance(ratio, unlabeled == null ? ratio : unlabeled, largest);
  }

  /** Whether the labelled images are drawn by it. */
  public boolean ofLabeled() {
    return labeled != 1;
  }

  /** Whether it leaves out training images that would serve without labels. */
  public boolean ofUnlabeled() {
    return unlabeled != 1 || largest != null;
  }

  /**
   * How many images of each class are labelled: N is the amount for each class, or the part of the
   * images of the largest class.
   *
   * @param sizes how many images there are of each class
   * @param names of the classes, for messages
   * @throws DatasetException if some class would have none, or has too few
   */
  public ImmutableIntArray labeled(
      LabelAmount amount, ImmutableIntArray sizes, List<String> names) {
    int first = labeled > 0 ? 0 : sizes.length() - 1;
    int most = amount.perClass() > 0 ? amount.perClass() : amount.part(sizes.get(first));
    ImmutableIntArray counts = counts(labeled, most, sizes.length());
    for (int c = 0; c < sizes.length(); c++) {
      if (counts.get(c) < 1) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "--imbalance %s: expected at least one labelled image of each class, found none of"
                    + " %s where the largest class has %d; take at least %.0f/class, or a smaller"
                    + " imbalance",
                text(labeled),
                names.get(c),
                most,
                Math.ceil(Math.abs(labeled))));
      }
      if (counts.get(c) > sizes.get(c)) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "--imbalance %s: expected %d images of %s to label, found %d; take fewer labels, or"
                    + " another imbalance",
                text(labeled),
                counts.get(c),
                names.get(c),
                sizes.get(c)));
      }
    }
    return counts;
  }

  /**
   * How many training images of each class serve without labels, besides the labelled ones.
   *
   * @param rest how many images of each class are neither labelled nor kept for validation
   * @param names of the classes, for messages
   * @throws DatasetException if some class would have none, or has too few
   */
  public ImmutableIntArray unlabeled(ImmutableIntArray rest, List<String> names) {
    int most = largest == null ? largest(rest) : largest;
    ImmutableIntArray counts = counts(unlabeled, most, rest.length());
    for (int c = 0; c < rest.length(); c++) {
      if (counts.get(c) < 1 || counts.get(c) > rest.get(c)) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "--imbalance-unlabeled %s: expected %s of %s besides the labelled ones, found %s;"
                    + " take %s",
                text(unlabeled),
                counts.get(c) < 1
                    ? "at least one image"
                    : String.format(Locale.ROOT, "%d images", counts.get(c)),
                names.get(c),
                counts.get(c) < 1
                    ? "none where the largest class has " + most
                    : String.valueOf(rest.get(c)),
                largest == null
                    ? "fewer labels, or a smaller imbalance"
                    : "another --unlabeled-largest, or another imbalance"));
      }
    }
    return counts;
  }

  /** The largest N that no class has too few images for. */
  private int largest(ImmutableIntArray rest) {
    int low = 0;
    int high = rest.stream().max().orElse(0);
    while (low < high) {
      int middle = (int) (((long) low + high + 1) / 2);
      ImmutableIntArray counts = counts(unlabeled, middle, rest.length());
      boolean fits = true;
      for (int c = 0; c < rest.length(); c++) {
        fits &= counts.get(c) <= rest.get(c);
      }
      low = fits ? middle : low;
      high = fits ? high : middle - 1;
    }
    return low;
  }

  /** In the classes' order. */
  static ImmutableIntArray counts(double ratio, int largest, int classes) {
    ImmutableIntArray.Builder counts = ImmutableIntArray.builder(classes);
    for (int c = 0; c < classes; c++) {
      int k = ratio > 0 ? c : classes - 1 - c;
      double exponent = classes == 1 ? 0 : -k / (classes - 1.0);
      // A hair more, so that 1,500 / 100 is 15 whatever the power rounds to.
      counts.add((int) Math.floor(largest * Math.pow(Math.abs(ratio), exponent) + 1e-6));
    }
    return counts.build();
  }

  private static String text(double ratio) {
    return BigDecimal.valueOf(ratio).stripTrailingZeros().toPlainString();
  }

  /** In words, such as {@code imbalance 100, imbalance 50 without labels}; empty for none. */
  @Override
  public String toString() {
    List<String> words = new ArrayList<>();
    if (ofLabeled()) {
      words.add("imbalance " + text(labeled));
    }
    if (ofUnlabeled()) {
      words.add(
          "imbalance "
              + text(unlabeled)
              + " without labels"
              + (largest == null ? "" : ", from " + largest));
    }
    return String.join(", ", words);
  }
}
