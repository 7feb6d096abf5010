package dev.eman.core.algorithm;

import dev.eman.core.NonFiniteException;

/**
 * A loss, or what it is computed from, became NaN or infinite, and the learned parameters are those
 * before the step; or the parameters themselves became so by a step.
 */
public final class NonFiniteLossException extends NonFiniteException {
  private static final long serialVersionUID = 1L;

  NonFiniteLossException(long step, String term, double value) {
    super(
        "step "
            + step
            + ": "
            + term
            + " is "
            + value
            + "; parameters were not changed. Lower the learning rate, or look for bad input.");
  }

  /**
   * Of weights.
   *
   * @param step number of completed steps
   * @param network whose weights they are, in words
   */
  public NonFiniteLossException(long step, String network) {
    super(
        "step "
            + step
            + ": weights of the "
            + network
            + " are NaN or infinite, and were neither measured nor saved. Lower the learning rate,"
            + " or look for bad input.");
  }

  NonFiniteLossException(long step, NonFiniteException cause) {
    super("step " + step + ": " + cause.getMessage(), cause);
  }
}
