package dev.eman.train.select;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Ascii;
import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How images are chosen for labelling. All strategies are functions of the pool alone; of equally
 * good images the one of the lowest index is picked.
 *
 * <p>All but {@link #K_CENTER} pick what represents many images that nothing labelled or picked
 * resembles. Those that use a network's predictions look for representatives of images that it is
 * unsure of, which are such images themselves. So near copies are not picked together, and outliers
 * late.
 */
public enum SelectionStrategy {
  /**
   * Representatives of all images (greedy facility location), the most typical first. No network is
   * needed but that of the features.
   */
  SPREAD(null),

  /**
   * Images that are far from each other and from the labelled ones (greedy k-centre); without
   * labelled ones the first is that nearest to the mean. It reaches every corner, and with few
   * labels takes outliers first: on features of a short run it stayed below labels drawn at random.
   */
  K_CENTER(null),

  /** By the gap between the two greatest probabilities of the deployed network. */
  MARGIN(Uncertainty.MARGIN),

  /** By the entropy of the deployed network's probabilities. */
  ENTROPY(Uncertainty.ENTROPY),

  /** By the Jensen-Shannon divergence between student and teacher. */
  DISAGREEMENT(Uncertainty.DISAGREEMENT);

  private final @Nullable Uncertainty uncertainty;

  SelectionStrategy(@Nullable Uncertainty uncertainty) {
    this.uncertainty = uncertainty;
  }

  /** The strategy for what is known: a spread without predictions, else margins. */
  public static SelectionStrategy recommended(SelectionPool pool) {
    return pool.hasPredictions() ? MARGIN : SPREAD;
  }

  /**
   * This strategy, or {@link #recommended} where the pool lacks the predictions that it needs: a
   * network's, or those of a student and its teacher.
   */
  public SelectionStrategy orRecommended(SelectionPool pool) {
    boolean fits =
        uncertainty == null
            || (pool.hasPredictions()
                && (uncertainty != Uncertainty.DISAGREEMENT || pool.hasTeacher()));
    return fits ? this : recommended(pool);
  }

  /** The name on the command line. */
  public String label() {
    return Ascii.toLowerCase(name());
  }

  /**
   * Picks images to label.
   *
   * @param count how many, at least 1
   * @return as many images, the best first, none of them labelled or skipped; fewer if fewer are
   *     left
   * @throws IllegalStateException if the pool lacks the predictions that are needed
   */
  public ImmutableIntArray select(SelectionPool pool, int count) {
    checkArgument(count > 0, "count: expected at least 1, got %s", count);
    checkState(
        uncertainty == null || pool.hasPredictions(),
        "%s: expected a pool with predictions, found none; give them, or take %s",
        label(),
        SPREAD.label());
    checkState(
        uncertainty != Uncertainty.DISAGREEMENT || pool.hasTeacher(),
        "%s: expected predictions of a student and its teacher, found those of one network; take"
            + " %s",
        label(),
        MARGIN.label());
    double[] weights = new double[pool.size()];
    Arrays.fill(weights, 1);
    if (this != K_CENTER) {
      return new Representatives(
              pool.features(),
              pool.labeled(),
              pool.candidates(),
              uncertainty == null ? weights : pool.uncertainty(uncertainty))
          .pick(count);
    }
    KCenter picks = new KCenter(pool.features(), pool.labeled(), pool.candidates());
    ImmutableIntArray.Builder chosen = ImmutableIntArray.builder();
    int left = count;
    if (pool.labeled().isEmpty() && pool.candidates().cardinality() > 0) {
      picks.pickCenter(chosen);
      left--;
    }
    picks.pick(left, chosen);
    return chosen.build();
  }
}
