package dev.eman.fixmatch;

import com.google.common.primitives.ImmutableIntArray;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Predictions taken for labels, and which of them are confident enough. */
final class PseudoLabels {
  private final int[] labels;
  private final float[] mask;
  private final int confident;

  private PseudoLabels(int[] labels, float[] mask, int confident) {
    this.labels = labels;
    this.mask = mask;
    this.confident = confident;
  }

  /**
   * Of predictions.
   *
   * @param probabilities {@code [N, K]}; read
   * @param threshold from which on a label counts
   */
  static PseudoLabels of(INDArray probabilities, double threshold) {
    int rows = (int) probabilities.size(0);
    int classes = (int) probabilities.size(1);
    double[] p = probabilities.dup('c').data().asDouble();
    int[] labels = new int[rows];
    float[] mask = new float[rows];
    int confident = 0;
    for (int i = 0; i < rows; i++) {
      int best = 0;
      for (int k = 1; k < classes; k++) {
        if (p[i * classes + k] > p[i * classes + best]) {
          best = k;
        }
      }
      labels[i] = best;
      if (p[i * classes + best] >= threshold) {
        mask[i] = 1;
        confident++;
      }
    }
    return new PseudoLabels(labels, mask, confident);
  }

  /** The most likely classes {@code [N]}. */
  int[] labels() {
    return labels;
  }

  /** 1 where the label counts, else 0, {@code [N]}. */
  float[] mask() {
    return mask;
  }

  /** The part of the labels that count. */
  double maskRate() {
    return (double) confident / labels.length;
  }

  /** The part of all labels that are right. */
  double accuracy(ImmutableIntArray truth) {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += labels[i] == truth.get(i) ? 1 : 0;
    }
    return (double) right / labels.length;
  }

  /** The part of the labels that count that are right; there must be one. */
  double confidentAccuracy(ImmutableIntArray truth) {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += mask[i] > 0 && labels[i] == truth.get(i) ? 1 : 0;
    }
    return (double) right / confident;
  }
}
