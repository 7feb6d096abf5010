package dev.eman.train.errors;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How many labels are wrong, and which, by the probabilities that classifiers who did not see a
 * label give it: a mixture of two distributions, of which one is known.
 *
 * <p>If a wrong label has nothing to do with the image, its probability is distributed as that of
 * any other class of an image, so {@code G}, the distribution function of wrong labels'
 * probabilities, is read off the classes that the images are not labelled as, each counted by its
 * frequency. That of all labels, {@code F = (1 - w) R + w G}, is known too, and nothing but 0 is
 * known of {@code R}, that of right ones. Therefore {@code w ≤ F / G} everywhere, and the bound
 * that is the least after adding what chance may have taken (one standard deviation of the count)
 * is the estimate, as for any mixture of which one component is known (Blanchard, Lee and Scott
 * 2010). Of the labels with a probability up to p the share {@code w G(p) / F(p)} is then wrong,
 * which are {@code G(p)} of all wrong ones; the threshold is where the F1 of these two is highest.
 *
 * <p>Labels that people mistake for similar classes are less improbable than {@code G} says, and
 * are missed more often.
 */
public final class LabelNoise {
  /** Below this, few labels are counted and the bound is mostly chance. */
  private static final double LEAST_COVERED = 0.2;

  private final double share;
  private final double threshold;
  private final double precision;
  private final double recall;
  private final ImmutableList<LabelIssue> issues;

  private LabelNoise(ScoreRows rows, ImmutableIntArray labels) {
    double[] own = rows.at(labels);
    Arrays.sort(own);
    double[] wrong = coveredBy(own, rows, labels);
    double least = 0;
    double lowestBound = Double.POSITIVE_INFINITY;
    for (int i = 0; i < own.length; i++) {
      double bound = (i + 1 + Math.sqrt(i + 1)) / own.length / wrong[i];
      if (wrong[i] >= LEAST_COVERED && lastOfEqual(own, i) && bound < lowestBound) {
        lowestBound = bound;
        least = Math.min(1, (i + 1.0) / own.length / wrong[i]);
      }
    }
    // Where several labels share the least probability, as those of easy images do, F jumps there:
    // the bound before the jump counts too, with one label, as it would were they a little apart.
    if (own.length > 1 && own[0] == own[1]) {
      double below = coveredBelow(own[0], rows, labels);
      if (below >= LEAST_COVERED && 2.0 / own.length / below < lowestBound) {
        least = 1.0 / own.length / below;
      }
    }
    int best = -1;
    double bestF1 = 0;
    for (int i = 0; i < own.length; i++) {
      double f1 = 2 * least * wrong[i] / ((i + 1.0) / own.length + least);
      if (f1 > bestF1 && lastOfEqual(own, i)) {
        bestF1 = f1;
        best = i;
      }
    }
    share = least;
    threshold = best < 0 ? 0 : own[best];
    recall = best < 0 ? 0 : wrong[best];
    precision = best < 0 ? 0 : Math.min(1, least * wrong[best] * own.length / (best + 1));
    issues = LabelIssue.among(rows, labels, (image, row) -> row[labels.get(image)] <= threshold);
  }

  /**
   * Estimates.
   *
   * @param probabilities {@code [N, K]}, out of sample; read
   * @param labels {@code [N]}, 0 to K - 1
   * @throws IllegalArgumentException for other shapes and labels, and for numbers that are no
   *     probabilities
   */
  public static LabelNoise of(INDArray probabilities, ImmutableIntArray labels) {
    return new LabelNoise(ScoreRows.ofProbabilities(probabilities, labels), labels);
  }

  /** The share of wrong labels with a probability up to each of some ascending ones. */
  private static double[] coveredBy(double[] own, ScoreRows rows, ImmutableIntArray labels) {
    int classes = rows.classes();
    double[] frequency = new double[classes];
    labels.forEach(label -> frequency[label]++);
    double[] covered = new double[own.length];
    double[] sum = {0};
    rows.forEach(
        (image, row) -> {
          for (int k = 0; k < classes; k++) {
            if (k != labels.get(image)) {
              sum[0] += frequency[k];
              int from = firstAtLeast(own, row[k]);
              if (from < own.length) {
                covered[from] += frequency[k];
              }
            }
          }
        });
    for (int i = 1; i < covered.length; i++) {
      covered[i] += covered[i - 1];
    }
    for (int i = 0; i < covered.length && sum[0] > 0; i++) {
      covered[i] /= sum[0];
    }
    return covered;
  }

  /** The share of wrong labels with a probability below this one. */
  private static double coveredBelow(double value, ScoreRows rows, ImmutableIntArray labels) {
    double[] frequency = new double[rows.classes()];
    labels.forEach(label -> frequency[label]++);
    double[] sums = new double[2]; // Of those below, and of all.
    rows.forEach(
        (image, row) -> {
          for (int k = 0; k < frequency.length; k++) {
            if (k != labels.get(image)) {
              sums[0] += row[k] < value ? frequency[k] : 0;
              sums[1] += frequency[k];
            }
          }
        });
    return sums[1] > 0 ? sums[0] / sums[1] : 0;
  }

  /** Whether all labels as probable as this one are counted with it. */
  private static boolean lastOfEqual(double[] ascending, int i) {
    return i == ascending.length - 1 || ascending[i + 1] > ascending[i];
  }

  private static int firstAtLeast(double[] ascending, double value) {
    int low = 0;
    int high = ascending.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ascending[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The estimated share of wrong labels, 0 to 1. */
  public double share() {
    return share;
  }

  /** Labels with at most this probability are named, unless they are the likeliest class. */
  public double threshold() {
    return threshold;
  }

  /** The estimated share of wrong labels among those named, 0 to 1. */
  public double precision() {
    return precision;
  }

  /** The estimated share of all wrong labels that are named, 0 to 1. */
  public double recall() {
    return recall;
  }

  /** The images whose label is probably wrong, the surest first; of equally sure ones in order. */
  public ImmutableList<LabelIssue> issues() {
    return issues;
  }
}
