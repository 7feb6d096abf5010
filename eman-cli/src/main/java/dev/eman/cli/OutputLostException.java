package dev.eman.cli;

/**
 * The output cannot be written any more, so a command stops. Whoever owns the stream knows why, and
 * reports it.
 */
final class OutputLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;
}
