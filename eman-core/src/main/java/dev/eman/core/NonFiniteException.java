package dev.eman.core;

/** A value that training rests on became NaN or infinite. */
public class NonFiniteException extends EmanException {
  private static final long serialVersionUID = 1L;

  /** With a message that says which value. */
  public NonFiniteException(String message) {
    super(message);
  }

  /** With a message that says which value, and where it was noticed. */
  public NonFiniteException(String message, Throwable cause) {
    super(message, cause);
  }
}
