package dev.eman.train.select;

import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Greedy k-centre (Gonzalez 1985; for images, Sener and Savarese 2018, arXiv 1708.00489): each pick
 * is the image that is furthest from the nearest of those labelled or picked before. The distance
 * from any image to the nearest pick is then at most twice what the best choice of as many picks
 * would leave.
 */
final class KCenter {
  /** Of unit vectors that point in opposite directions. */
  private static final float FURTHEST = 4;

  private final UnitFeatures features;
  private final float[] nearest;
  private final BitSet candidates;

  /**
   * Before the first pick.
   *
   * @param centers images to keep away from
   * @param candidates images to pick from; mutated, as picks leave it
   */
  KCenter(UnitFeatures features, ImmutableIntArray centers, BitSet candidates) {
    this.features = features;
    this.candidates = candidates;
    nearest = new float[features.size()];
    Arrays.fill(nearest, FURTHEST);
    float[][] rows = centers.stream().mapToObj(features::row).toArray(float[][]::new);
    features.approachInPlace(rows, nearest);
  }

  /**
   * Picks images; of equally good ones that of the lowest index.
   *
   * @param count how many; fewer are picked if the candidates run out
   */
  void pick(int count, ImmutableIntArray.Builder into) {
    for (int i = 0; i < count && !candidates.isEmpty(); i++) {
      take(best(), into);
    }
  }

  /** Picks the candidate that is most like all of them together: a beginning without centres. */
  void pickCenter(ImmutableIntArray.Builder into) {
    float[] similarity =
        features.products(features.sum(ImmutableIntArray.copyOf(candidates.stream())));
    int best = candidates.nextSetBit(0);
    for (int i = best; i >= 0; i = candidates.nextSetBit(i + 1)) {
      if (similarity[i] > similarity[best]) {
        best = i;
      }
    }
    take(best, into);
  }

  private int best() {
    int best = candidates.nextSetBit(0);
    float greatest = -1;
    for (int i = best; i >= 0; i = candidates.nextSetBit(i + 1)) {
      if (nearest[i] > greatest) {
        greatest = nearest[i];
        best = i;
      }
    }
    return best;
  }

  private void take(int image, ImmutableIntArray.Builder into) {
    into.add(image);
    candidates.clear(image);
    features.approachInPlace(new float[][] {features.row(image)}, nearest);
  }
}
