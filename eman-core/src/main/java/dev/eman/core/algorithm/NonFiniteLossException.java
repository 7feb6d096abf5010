package dev.eman.core.algorithm;

import dev.eman.core.NonFiniteException;

/**
 * A loss, or what it is computed from, became NaN or infinite. The learned parameters are those
 * before the step.
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

  NonFiniteLossException(long step, NonFiniteException cause) {
    super("step " + step + ": " + cause.getMessage(), cause);
  }
}
