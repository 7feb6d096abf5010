package dev.eman.spark.ring;

import dev.eman.core.EmanException;
import java.util.concurrent.ExecutionException;

/** A ring that cannot be joined or has broken; the message names the worker and the address. */
public final class RingException extends EmanException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user. */
  public RingException(String message) {
    super(message);
  }

  /** With a message for the user and what lies behind. */
  public RingException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The same problem, thrown by the thread that has waited for it. */
  static RingException of(ExecutionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new RingException(String.valueOf(cause.getMessage()), cause);
  }
}
