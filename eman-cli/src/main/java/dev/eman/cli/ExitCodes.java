package dev.eman.cli;

/** Exit codes of {@code eman} besides picocli's 0 (done), 1 (failed) and 2 (wrong usage). */
public final class ExitCodes {
  /** Stopped by a signal and saved; the same command resumes. 128 + SIGINT, as in shells. */
  public static final int INTERRUPTED = 130;

  /** The process that read the output exited before its end. 128 + SIGPIPE, as in shells. */
  static final int READER_EXITED = 141;

  private ExitCodes() {}
}
