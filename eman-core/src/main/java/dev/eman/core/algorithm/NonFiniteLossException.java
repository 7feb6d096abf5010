package dev.eman.core.algorithm;

import dev.eman.core.EmanException;

/** A loss became NaN or infinite. The student's parameters are those before the step. */
public final class NonFiniteLossException extends EmanException {
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
}
