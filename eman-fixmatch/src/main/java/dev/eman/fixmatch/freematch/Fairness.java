package dev.eman.fixmatch.freematch;

import dev.eman.core.algorithm.Predictions;
import dev.eman.core.algorithm.PseudoLabels;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The fairness loss, equation 11 of the paper: {@code Σ_c e_c log(s_c + 1e-12)}, with {@code e} the
 * average prediction over the average histogram of labels and {@code s} the mean prediction for the
 * strong views that are kept over the histogram of their most likely classes, each normalised; a
 * class that is never predicted has 0. Nothing if none is kept.
 */
final class Fairness implements PseudoLabels.Term {
  private static final double LEAST = 1e-12;

  private final float[] mask;
  private final double[] mean;
  private final double[] labels;

  /**
   * Of one step.
   *
   * @param mask {@code [N]}, above 0 for what is kept; read
   * @param mean {@code [K]} average prediction; read
   * @param labels {@code [K]} average histogram of labels; read
   */
  Fairness(float[] mask, double[] mean, double... labels) {
    this.mask = mask;
    this.mean = mean;
    this.labels = labels;
  }

  @Override
  public double into(INDArray logits, INDArray gradient) {
    Predictions strong = Predictions.of(logits);
    int classes = strong.classes();
    double[] mass = new double[classes];
    double[] predicted = new double[classes];
    int kept = 0;
    for (int i = 0; i < mask.length; i++) {
      if (mask[i] > 0) {
        kept++;
        predicted[strong.label(i)]++;
        for (int k = 0; k < classes; k++) {
          mass[k] += strong.probability(i, k);
        }
      }
    }
    double[] expected = normalized(over(mean, labels));
    double[] ratio = over(mass, predicted);
    double sum = sum(ratio);
    double loss = 0;
    double[] slope = new double[classes]; // d loss / d s, then d loss / d mass.
    double mixed = 0;
    for (int k = 0; kept > 0 && k < classes; k++) {
      double share = ratio[k] / sum;
      loss += expected[k] * Math.log(share + LEAST);
      slope[k] = expected[k] / (share + LEAST);
      mixed += slope[k] * share;
    }
    for (int k = 0; k < classes; k++) {
      slope[k] = predicted[k] > 0 ? (slope[k] - mixed) / (sum * predicted[k]) : 0;
    }
    gradient.assign(
        Nd4j.createFromArray(throughSoftmax(strong, slope)).castTo(gradient.dataType()));
    return loss;
  }

  /** The gradient with respect to the logits of what is kept. */
  private double[][] throughSoftmax(Predictions strong, double[] slope) {
    double[][] gradient = new double[strong.size()][slope.length];
    for (int i = 0; i < gradient.length; i++) {
      double mean = 0;
      for (int k = 0; k < slope.length; k++) {
        mean += strong.probability(i, k) * slope[k];
      }
      for (int k = 0; mask[i] > 0 && k < slope.length; k++) {
        gradient[i][k] = strong.probability(i, k) * (slope[k] - mean);
      }
    }
    return gradient;
  }

  /** 0 where the divisor is. */
  private static double[] over(double[] values, double[] divisors) {
    double[] ratios = new double[values.length];
    for (int k = 0; k < ratios.length; k++) {
      ratios[k] = divisors[k] > 0 ? values[k] / divisors[k] : 0;
    }
    return ratios;
  }

  private static double[] normalized(double[] values) {
    double sum = sum(values);
    for (int k = 0; k < values.length; k++) {
      values[k] /= sum;
    }
    return values;
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }
}
