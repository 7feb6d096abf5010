package dev.eman.train.errors;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Confident learning (Northcutt, Jiang and Chuang 2021, arXiv 1911.00068): finds wrong labels from
 * them and from out-of-sample probabilities, which no classifier gives that saw the image's own
 * label.
 *
 * <p>With the mean probability {@code t_j} of class j over the images labelled j, an image labelled
 * i is counted at {@code (i, j)} of the confident joint if j is the likeliest of the classes k with
 * {@code p_k ≥ t_k}; with no such class it is not counted. The rows of that matrix, scaled to the
 * number of images with each label and divided by the number of all, estimate the joint
 * distribution of given and true labels, which says how many labels are wrong. A {@link
 * PruningRule} says which.
 *
 * <p>Beyond the paper: an image is never named if its label is the likeliest class.
 */
public final class ConfidentLearning {
  private final double[][] probabilities;
  private final ImmutableIntArray labels;
  private final int classes;
  private final double[] thresholds;
  private final int[][] confidentJoint;

  /** For each image the class that it is counted for; -1 if it is not counted. */
  private final int[] counted;

  private ConfidentLearning(double[][] probabilities, ImmutableIntArray labels, int classes) {
    this.probabilities = probabilities;
    this.labels = labels;
    this.classes = classes;
    thresholds = meansOfOwnClass();
    counted = new int[labels.length()];
    confidentJoint = new int[classes][classes];
    for (int i = 0; i < counted.length; i++) {
      counted[i] = confidentClass(probabilities[i]);
      if (counted[i] >= 0) {
        confidentJoint[labels.get(i)][counted[i]]++;
      }
    }
  }

  /**
   * Computes thresholds and joint.
   *
   * @param probabilities {@code [N, K]}, out of sample; read
   * @param labels {@code [N]}, 0 to K - 1
   * @throws IllegalArgumentException for other shapes and labels, and for numbers that are no
   *     probabilities
   */
  public static ConfidentLearning of(INDArray probabilities, ImmutableIntArray labels) {
    double[][] rows = checked(probabilities, labels);
    return new ConfidentLearning(rows, labels, rows[0].length);
  }

  /** The probabilities as rows, of those and labels that belong together. */
  static double[][] checked(INDArray probabilities, ImmutableIntArray labels) {
    checkArgument(
        probabilities.rank() == 2 && probabilities.size(0) == labels.length() && !labels.isEmpty(),
        "probabilities: expected [N, K] for %s labels, got %s",
        labels.length(),
        Arrays.toString(probabilities.shape()));
    int classes = Math.toIntExact(probabilities.size(1));
    labels.forEach(
        label ->
            checkArgument(
                label >= 0 && label < classes,
                "label: expected 0 to %s, got %s",
                classes - 1,
                label));
    double[][] rows = probabilities.toDoubleMatrix();
    for (int i = 0; i < rows.length; i++) {
      boolean sound = Arrays.stream(rows[i]).allMatch(p -> p >= 0 && p <= 1 + 1e-6);
      checkArgument(
          sound, "probabilities: expected 0 to 1, got %s in row %s", Arrays.toString(rows[i]), i);
    }
    return rows;
  }

  private double[] meansOfOwnClass() {
    double[] sums = new double[classes];
    int[] counts = counts();
    for (int i = 0; i < probabilities.length; i++) {
      sums[labels.get(i)] += probabilities[i][labels.get(i)];
    }
    // Nothing is confidently of a class that no image is labelled as.
    Arrays.setAll(sums, k -> counts[k] == 0 ? Double.POSITIVE_INFINITY : sums[k] / counts[k]);
    return sums;
  }

  private int[] counts() {
    int[] counts = new int[classes];
    labels.forEach(label -> counts[label]++);
    return counts;
  }

  private int confidentClass(double[] row) {
    int best = -1;
    for (int k = 0; k < classes; k++) {
      if (row[k] >= thresholds[k] && (best < 0 || row[k] > row[best])) {
        best = k;
      }
    }
    return best;
  }

  /** The thresholds {@code t}, {@code [K]}; infinite for a class without images. */
  public double[] thresholds() {
    return thresholds.clone();
  }

  /** Numbers of images by their label and the class that they are confidently of, [K][K]. */
  public int[][] confidentJoint() {
    return Arrays.stream(confidentJoint).map(int[]::clone).toArray(int[][]::new);
  }

  /**
   * The estimated joint distribution of given and true labels, {@code [K][K]} with a sum of 1. A
   * label of which no image is counted is taken to be right.
   */
  public double[][] joint() {
    int[] counts = counts();
    double[][] joint = new double[classes][classes];
    for (int i = 0; i < classes; i++) {
      int row = Arrays.stream(confidentJoint[i]).sum();
      for (int j = 0; j < classes; j++) {
        double share = row > 0 ? (double) confidentJoint[i][j] / row : i == j ? 1 : 0;
        joint[i][j] = share * counts[i] / labels.length();
      }
    }
    return joint;
  }

  /** The estimated share of wrong labels: what the joint has off its diagonal. */
  public double noise() {
    double[][] joint = joint();
    return 1 - IntStream.range(0, classes).mapToDouble(i -> joint[i][i]).sum();
  }

  /** The images whose label is probably wrong, the surest first; of equally sure ones in order. */
  public ImmutableList<LabelIssue> issues(PruningRule rule) {
    BitSet named =
        switch (rule) {
          case MIXTURE ->
              throw new IllegalArgumentException(
                  "rule: expected one of confident learning, got " + rule.label());
          case CONFIDENT_JOINT -> offDiagonal();
          case BY_CLASS -> byClass();
          case BY_NOISE_RATE -> byNoiseRate();
          case BOTH -> {
            BitSet both = byClass();
            both.and(byNoiseRate());
            yield both;
          }
        };
    return named.stream()
        .mapToObj(image -> LabelIssue.of(image, labels.get(image), probabilities[image]))
        .filter(issue -> issue.suggested() != issue.given())
        .sorted(Comparator.comparingDouble(LabelIssue::doubt).reversed())
        .collect(ImmutableList.toImmutableList());
  }

  private BitSet offDiagonal() {
    BitSet images = new BitSet();
    for (int i = 0; i < counted.length; i++) {
      if (counted[i] >= 0 && counted[i] != labels.get(i)) {
        images.set(i);
      }
    }
    return images;
  }

  private BitSet byClass() {
    BitSet images = new BitSet();
    double[][] joint = joint();
    for (int i = 0; i < classes; i++) {
      int label = i;
      double wrong = Arrays.stream(joint[i]).sum() - joint[i][i];
      lowest(label, number(wrong), image -> probabilities[image][label], images);
    }
    return images;
  }

  private BitSet byNoiseRate() {
    BitSet images = new BitSet();
    double[][] joint = joint();
    for (int i = 0; i < classes; i++) {
      for (int j = 0; j < classes; j++) {
        int label = i;
        int other = j;
        if (i != j) {
          lowest(
              label,
              number(joint[i][j]),
              image -> probabilities[image][label] - probabilities[image][other],
              images);
        }
      }
    }
    return images;
  }

  private int number(double share) {
    return (int) Math.rint(share * labels.length());
  }

  /** Adds those images of a label that have the lowest values. */
  private void lowest(int label, int count, ToDoubleFunction<Integer> value, BitSet into) {
    if (count == 0) {
      return;
    }
    List<Integer> sorted =
        IntStream.range(0, labels.length())
            .filter(image -> labels.get(image) == label)
            .boxed()
            .sorted(Comparator.comparingDouble(value))
            .limit(count)
            .toList();
    sorted.forEach(into::set);
  }
}
