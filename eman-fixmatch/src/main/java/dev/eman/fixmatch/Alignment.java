package dev.eman.fixmatch;

import dev.eman.core.algorithm.Predictions;

/**
 * Distribution alignment: predictions times {@code target / current}, normalised, so that on
 * average they come to the target. Berthelot et al. 2020 (arXiv 1911.09785), section 3.1.
 */
public final class Alignment {
  private static final double LEAST = 1e-6;

  private Alignment() {}

  /**
   * Aligns predictions.
   *
   * @param target {@code [K]} shares of the classes; read
   * @param current {@code [K]} average prediction; read
   */
  public static Predictions of(Predictions predictions, double[] target, double... current) {
    double[] factors = new double[target.length];
    for (int k = 0; k < factors.length; k++) {
      factors[k] = Math.log((target[k] + LEAST) / (current[k] + LEAST));
    }
    return predictions.biased(factors);
  }
}
