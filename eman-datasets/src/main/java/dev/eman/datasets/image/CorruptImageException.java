package dev.eman.datasets.image;

import dev.eman.core.EmanException;

/** One image that cannot be decoded; the message names it. The rest of the data may be sound. */
public final class CorruptImageException extends EmanException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user. */
  public CorruptImageException(String message) {
    super(message);
  }

  /** With a message for the user and the cause. */
  public CorruptImageException(String message, Throwable cause) {
    super(message, cause);
  }
}
