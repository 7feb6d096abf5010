package dev.eman.spark;

import org.jspecify.annotations.Nullable;

/** A stage that has failed for a reason that may not repeat: a lost executor, for example. */
final class StageLostException extends Exception {
  private static final long serialVersionUID = 1;

  StageLostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
