package dev.eman.cli;

/** Exit codes of {@code eman} besides picocli's 0 (done), 1 (failed) and 2 (wrong usage). */
public final class ExitCodes {
  /** Stopped by a signal and saved; the same command resumes. 128 + SIGINT, as in shells. */
  public static final int INTERRUPTED = 130;

  private ExitCodes() {}
}
