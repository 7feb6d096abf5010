package dev.eman.core.fuzz;

import com.sun.management.ThreadMXBean;
import dev.eman.core.EmanException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;

/** What may come of reading a file that may be damaged. */
public final class Reading {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  /** Far above what the tests' small files need, far below what a header can claim. */
  private static final long MOST_BYTES = 64L << 20;

  /** What a file may take beyond its own size before it is refused. */
  private static final long MOST_ABOVE = 300L << 20;

  private static final int MOST_CHARACTERS = 2000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Reading() {}

  /** Something that reads. */
  @FunctionalInterface
  public interface Action {
    /** Reads, and checks what it has read. */
    void run() throws Exception;
  }

  /**
   * Ends well, or with an {@link EmanException} that names the file; soon, and without taking much
   * memory. Any other exception and any error is the test's failure.
   *
   * @param name that the message must have
   * @return whether the file was accepted
   */
  public static boolean succeedsOrNames(String name, Action action) throws Exception {
    long start = System.nanoTime();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    boolean succeeded = false;
    try {
      action.run();
      succeeded = true;
    } catch (EmanException e) {
      String message = String.valueOf(e.getMessage());
      boolean nothingSaid = e.getCause() != null && e.getCause().getMessage() == null;
      if (!message.contains(name) || (nothingSaid && message.endsWith(": null"))) {
        throw new AssertionError("expected a message that names " + name + ": " + message, e);
      }
    }
    long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    if (bytes > MOST_BYTES || time.compareTo(LONGEST) > 0) {
      throw new AssertionError(
          String.format(
              Locale.ROOT,
              "expected at most %d bytes and %s, took %d and %s",
              MOST_BYTES,
              LONGEST,
              bytes,
              time));
    }
    return succeeded;
  }

  /**
   * A file made to take much memory: refused, having taken no more than its own size and 300 MB.
   *
   * @param what that the message must have
   * @param size of the file
   */
  public static void refuses(String what, long size, Action action) {
    refusesWithin(what, size + MOST_ABOVE, action);
  }

  /**
   * A file made to take much memory: refused with a message of readable length.
   *
   * @param most bytes of memory
   */
  public static void refusesWithin(String what, long most, Action action) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    String message = null;
    try {
      action.run();
    } catch (EmanException e) {
      message = String.valueOf(e.getMessage());
    } catch (Exception e) {
      throw new AssertionError("expected a message with " + what, e);
    }
    long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (message == null || !message.contains(what) || message.length() > MOST_CHARACTERS) {
      throw new AssertionError("expected a message with " + what + ", found " + message);
    }
    if (bytes > most) {
      throw new AssertionError(
          String.format(Locale.ROOT, "expected at most %d bytes, took %d", most, bytes));
    }
  }
}
