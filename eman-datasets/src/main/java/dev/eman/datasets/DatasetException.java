package dev.eman.datasets;

import dev.eman.core.EmanException;

/** Data that is missing, is not what it claims to be, or does not fit what was asked of it. */
public class DatasetException extends EmanException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user. */
  public DatasetException(String message) {
    super(message);
  }

  /** With a message for the user and the cause. */
  public DatasetException(String message, Throwable cause) {
    super(message, cause);
  }
}
