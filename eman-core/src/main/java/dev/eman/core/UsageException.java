package dev.eman.core;

/**
 * A name or an option that does not exist, or a value that it cannot take: the caller's request is
 * at fault, not the data or the machine. On the command line this ends with exit code 2.
 */
public final class UsageException extends EmanException {
  private static final long serialVersionUID = 1L;

  /** With a message that names what was given and what could be. */
  public UsageException(String message) {
    super(message);
  }

  /** Likewise, with what lies behind. */
  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
