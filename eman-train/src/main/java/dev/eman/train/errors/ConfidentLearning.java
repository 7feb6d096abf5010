package dev.eman.train.errors;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Table;
import com.google.common.collect.TreeBasedTable;
import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.PriorityQueue;
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
  private final ScoreRows probabilities;
  private final ImmutableIntArray labels;
  private final int classes;
  private final double[] own;
  private final double[] thresholds;
  private final int[][] confidentJoint;

  /** For each image the class that it is counted for; -1 if it is not counted. */
  private final int[] counted;

  private ConfidentLearning(ScoreRows probabilities, ImmutableIntArray labels) {
    this.probabilities = probabilities;
    this.labels = labels;
    this.classes = probabilities.classes();
    own = probabilities.at(labels);
    thresholds = meansOfOwnClass();
    counted = new int[labels.length()];
    confidentJoint = new int[classes][classes];
    probabilities.forEach(
        (image, row) -> {
          counted[image] = confidentClass(row);
          if (counted[image] >= 0) {
            confidentJoint[labels.get(image)][counted[image]]++;
          }
        });
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
    return new ConfidentLearning(ScoreRows.ofProbabilities(probabilities, labels), labels);
  }

  private double[] meansOfOwnClass() {
    double[] sums = new double[classes];
    int[] counts = counts();
    for (int i = 0; i < own.length; i++) {
      sums[labels.get(i)] += own[i];
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
    return LabelIssue.among(probabilities, labels, (image, row) -> named.get(image));
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
    double[][] joint = joint();
    Lowest[] lowest = new Lowest[classes];
    Arrays.setAll(lowest, i -> new Lowest(number(Arrays.stream(joint[i]).sum() - joint[i][i])));
    for (int image = 0; image < own.length; image++) {
      lowest[labels.get(image)].offer(own[image], image);
    }
    BitSet images = new BitSet();
    Arrays.stream(lowest).forEach(some -> some.addTo(images));
    return images;
  }

  private BitSet byNoiseRate() {
    double[][] joint = joint();
    Table<Integer, Integer, Lowest> lowest = TreeBasedTable.create();
    for (int i = 0; i < classes; i++) {
      for (int j = 0; j < classes; j++) {
        int count = number(joint[i][j]);
        if (i != j && count > 0) {
          lowest.put(i, j, new Lowest(count));
        }
      }
    }
    probabilities.forEach(
        (image, row) ->
            lowest
                .row(labels.get(image))
                .forEach((other, some) -> some.offer(own[image] - row[other], image)));
    BitSet images = new BitSet();
    lowest.values().forEach(some -> some.addTo(images));
    return images;
  }

  private int number(double share) {
    return (int) Math.rint(share * labels.length());
  }

  /** As many images as are wanted: those with the lowest values, of equal ones the first. */
  private static final class Lowest {
    private final int count;
    private final PriorityQueue<Entry> highestFirst =
        new PriorityQueue<>(
            Comparator.comparingDouble(Entry::value).thenComparingInt(Entry::image).reversed());

    /** An image. */
    private record Entry(double value, int image) {}

    Lowest(int count) {
      this.count = count;
    }

    /** Takes images in ascending order. */
    void offer(double value, int image) {
      Entry highest = highestFirst.peek();
      if (highestFirst.size() < count) {
        highestFirst.add(new Entry(value, image));
      } else if (highest != null && Double.compare(value, highest.value()) < 0) {
        highestFirst.remove();
        highestFirst.add(new Entry(value, image));
      }
    }

    void addTo(BitSet images) {
      highestFirst.forEach(entry -> images.set(entry.image()));
    }
  }
}
