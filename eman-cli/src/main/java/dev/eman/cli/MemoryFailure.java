package dev.eman.cli;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Explains an out-of-memory failure: what was requested, what is available, what to change. Java's
 * heap, its buffers and the arrays outside of it and the stack have separate limits.
 */
final class MemoryFailure {
  private static final String LESS =
      "use less: a smaller --batch or --size, or a larger --accumulate, which splits a batch into"
          + " more parts";

  /** Images are decoded into the heap, by each thread one. */
  private static final String FEWER =
      "let fewer threads decode images: --workers in training, --threads in data check";

  /** Maximum length of a chain of causes; a chain may be circular. */
  private static final int DEEPEST = 32;

  private MemoryFailure() {}

  /** Returns null for a failure that has nothing to do with memory. */
  static @Nullable String describe(Throwable failure) {
    Throwable last = null;
    boolean heap = true;
    int depth = 0;
    for (Throwable t = failure; t != null && depth < DEEPEST; t = t.getCause(), depth++) {
      if (t instanceof StackOverflowError) {
        return "the stack overflowed: the input is nested too deeply, or this is a defect"
            + " (--debug shows where). A larger stack may help: EMAN_JAVA_OPTS=-Xss8m";
      }
      if (t instanceof OutOfMemoryError || isNative(t)) {
        last = t; // The innermost one knows the limit.
        heap &= isHeap(t);
      }
    }
    if (last == null) {
      return null;
    }
    String asked = String.valueOf(last.getMessage());
    return heap ? heap(asked) : isDirect(asked) ? direct(asked) : outside(asked);
  }

  private static String heap(String asked) {
    return String.format(
        Locale.ROOT,
        "out of memory: Java's heap of %d MiB is full (%s). Give it more, such as"
            + " EMAN_JAVA_OPTS=-Xmx4g; or %s; or %s",
        mebibytes(Runtime.getRuntime().maxMemory()),
        asked,
        FEWER,
        LESS);
  }

  /** Java's own buffers, such as those of arrays that are read from files, have their own limit. */
  private static String direct(String asked) {
    return String.format(
        Locale.ROOT,
        "out of memory: Java's buffers outside of its heap are full (%s). Give them more, such as"
            + " EMAN_JAVA_OPTS=-XX:MaxDirectMemorySize=8g; the machine has %d MiB",
        asked,
        machine());
  }

  private static String outside(String asked) {
    return String.format(
        Locale.ROOT,
        "out of memory: cannot allocate arrays outside of Java's heap (%s). The process uses %d"
            + " MiB;"
            + " limits: %s for its arrays, %s for the process; the machine has %d MiB. Either %s;"
            + " or close other programs, or raise a limit that was set"
            + " (EMAN_JAVA_OPTS=-Dorg.bytedeco.javacpp.maxbytes=...)",
        asked,
        mebibytes(Pointer.physicalBytes()),
        limit(Pointer.maxBytes()),
        limit(Pointer.maxPhysicalBytes()),
        machine(),
        LESS);
  }

  /** The JVM's own messages; all others come from JavaCPP or the system. */
  private static boolean isHeap(Throwable error) {
    String message = String.valueOf(error.getMessage());
    return error instanceof OutOfMemoryError
        && (message.equals("Java heap space")
            || message.startsWith("GC overhead limit")
            || message.startsWith("Requested array size")
            || message.equals("null"));
  }

  /** "Cannot reserve ... bytes of direct buffer memory", as the JVM says. */
  private static boolean isDirect(String message) {
    return message.contains("direct buffer memory");
  }

  /** ND4J throws C++ errors as plain exceptions. */
  private static boolean isNative(Throwable error) {
    String message = String.valueOf(error.getMessage());
    return error instanceof RuntimeException
        && (message.contains("bad_alloc") || message.contains("Allocation failed"));
  }

  private static String limit(long bytes) {
    return bytes <= 0 ? "none" : mebibytes(bytes) + " MiB";
  }

  private static long machine() {
    return mebibytes(
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize());
  }

  private static long mebibytes(long bytes) {
    return bytes >> 20;
  }
}
