package dev.eman.datasets.fetch;

import dev.eman.core.EmanException;

/** A file cannot be fetched or unpacked, or is not the one that was expected. */
public final class FetchException extends EmanException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user. */
  public FetchException(String message) {
    super(message);
  }

  /** With a message for the user and the cause. */
  public FetchException(String message, Throwable cause) {
    super(message, cause);
  }
}
