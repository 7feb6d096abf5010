package dev.eman.meanteacher;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Mean Teacher's configuration.
 *
 * @param weight w, at least 0: weight of the consistency loss after the ramp-up
 * @param rampUpSteps T, at least 0: before this step the weight is {@code w exp(-5 (1 - t/T)²)}
 * @param consistency distance between the predictions of student and teacher
 */
public record MeanTeacherConfig(double weight, long rampUpSteps, Consistency consistency) {
  /** A distance between two predictions. */
  public enum Consistency {
    /** The mean squared difference of probabilities, over examples and classes. */
    MSE,
    /** KL(teacher, student), averaged over examples. */
    KL
  }

  /** Checks the ranges. */
  public MeanTeacherConfig {
    checkArgument(weight >= 0, "weight: expected at least 0, got %s", weight);
    checkArgument(rampUpSteps >= 0, "rampup_steps: expected at least 0, got %s", rampUpSteps);
  }

  /** The weight at step t. */
  public double weightAt(long step) {
    double left = step >= rampUpSteps ? 0 : 1 - (double) step / rampUpSteps;
    return weight * Math.exp(-5 * left * left);
  }
}
