package dev.eman.core.eval;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.NonFiniteException;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Accuracy and confusion matrix of a classifier. Filled by an {@link Evaluator}, then only read.
 */
public final class Evaluation {
  private static final int TOP = 5;

  private final String network;
  private final long[][] confusion;
  private long count;
  private long inTop5;

  Evaluation(int classes) {
    this(classes, "network");
  }

  /**
   * An empty one.
   *
   * @param network what is evaluated, in words
   */
  Evaluation(int classes, String network) {
    this.network = network;
    checkArgument(classes > 0, "classes: expected at least 1, got %s", classes);
    confusion = new long[classes][classes];
  }

  /**
   * Counts one image.
   *
   * @throws NonFiniteException if a number of its row is NaN or infinite, as none is larger than
   *     NaN, which would be the first class and among the five most likely
   */
  void add(float[] logits, int row, int label) {
    add(logits, row, label, Float.NEGATIVE_INFINITY);
  }

  /** Counts one image by votes: a class without one is not among the five most likely. */
  void addVotes(float[] votes, int row, int label) {
    add(votes, row, label, 0);
  }

  private void add(float[] logits, int row, int label, float none) {
    int classes = confusion.length;
    checkArgument(
        label >= 0 && label < classes, "label: expected 0 to %s, got %s", classes - 1, label);
    int first = row * classes;
    int best = 0;
    int above = 0;
    float own = logits[first + label];
    for (int k = 0; k < classes; k++) {
      float value = logits[first + k];
      if (!Float.isFinite(value)) {
        throw new NonFiniteException(
            "the "
                + network
                + "'s output for class "
                + k
                + " is "
                + value
                + ", so it cannot be evaluated; train with a lower learning rate from an earlier"
                + " checkpoint, or look for bad input");
      }
      if (value > logits[first + best]) {
        best = k;
      }
      if (value > own || (value == own && k < label)) {
        above++;
      }
    }
    confusion[label][best]++;
    inTop5 += above < TOP && own > none ? 1 : 0;
    count++;
  }

  /** Number of images. */
  public long count() {
    return count;
  }

  /** Number of classes. */
  public int classes() {
    return confusion.length;
  }

  /**
   * Fraction of the images whose most likely class is correct, 0 to 1. Of equally likely classes
   * the first counts.
   */
  public double top1() {
    long right = 0;
    for (int c = 0; c < confusion.length; c++) {
      right += confusion[c][c];
    }
    return count == 0 ? 0 : (double) right / count;
  }

  /**
   * Fraction of the images whose class is among the five most likely, 0 to 1. Of equally likely
   * classes the first ones count, so a constant output does not have all right. Of nearest
   * neighbours those that have votes count.
   */
  public double top5() {
    return count == 0 ? 0 : (double) inTop5 / count;
  }

  /** Number of images of class {@code truth} that were classified as {@code predicted}. */
  public long confusion(int truth, int predicted) {
    return confusion[truth][predicted];
  }

  /** Number of images of a class. */
  public long count(int truth) {
    long sum = 0;
    for (long n : confusion[truth]) {
      sum += n;
    }
    return sum;
  }

  /** Recall: fraction of a class's images that were classified as it; 0 if there were none. */
  public double recall(int truth) {
    long n = count(truth);
    return n == 0 ? 0 : (double) confusion[truth][truth] / n;
  }

  /**
   * Precision: fraction of the images classified as a class that are of it; 0 if there were none.
   */
  public double precision(int predicted) {
    long n = 0;
    for (long[] row : confusion) {
      n += row[predicted];
    }
    return n == 0 ? 0 : (double) confusion[predicted][predicted] / n;
  }

  /**
   * Mean recall of the classes that have images, 0 to 1: each class counts alike, however few
   * images it has. As scikit-learn's {@code balanced_accuracy_score}.
   */
  public double balancedAccuracy() {
    return meanOfPresent(this::recall);
  }

  /**
   * Mean F1 score of the classes that have images, 0 to 1; the score of a class is {@code 2 TP / (2
   * TP + FP + FN)}. As scikit-learn's {@code f1_score} with {@code average="macro"} and {@code
   * labels=np.unique(y_true)}: a class that is only predicted has no score of its own.
   */
  public double macroF1() {
    return meanOfPresent(
        c -> {
          long predicted = 0;
          for (long[] row : confusion) {
            predicted += row[c];
          }
          return 2.0 * confusion[c][c] / (predicted + count(c));
        });
  }

  private double meanOfPresent(IntToDoubleFunction score) {
    return IntStream.range(0, confusion.length)
        .filter(c -> count(c) > 0)
        .mapToDouble(score)
        .average()
        .orElse(0);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "top1 %.2f%%, top5 %.2f%%, balanced accuracy %.2f%%, macro F1 %.2f%%",
        100 * top1(),
        100 * top5(),
        100 * balancedAccuracy(),
        100 * macroF1());
  }
}
