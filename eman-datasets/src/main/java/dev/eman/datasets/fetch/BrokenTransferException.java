package dev.eman.datasets.fetch;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A transfer failed in a way that another try may mend. */
final class BrokenTransferException extends IOException {
  private static final long serialVersionUID = 1L;

  BrokenTransferException(String message) {
    super(message);
  }

  BrokenTransferException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What a failure says, or else what it is called. */
  static String reason(@Nullable Throwable e) {
    if (e == null) {
      return "unknown reason";
    }
    return e.getMessage() != null ? e.getMessage() : e.getClass().getSimpleName();
  }
}
