package dev.eman.core;

/**
 * The root of this library's exceptions, for everything that is not a caller's mistake (those are
 * {@link IllegalArgumentException} and {@link IllegalStateException}). The message says what was
 * expected, what was found and what to do.
 */
public class EmanException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user. */
  public EmanException(String message) {
    super(message);
  }

  /** With a message for the user and what lies behind. */
  public EmanException(String message, Throwable cause) {
    super(message, cause);
  }
}
