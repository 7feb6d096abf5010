package dev.eman.core.model;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What the scheduler counts of a process's threads, summed over those that live, but for the JVM's
 * compilers: at the start of a run they wait for cores on a quiet machine too, and soon have done.
 *
 * @param ran nanoseconds on a core
 * @param waited nanoseconds ready to run, without a core
 */
record ThreadTimes(long ran, long waited) {
  /** The threads of this process, on Linux. */
  static final Path OWN = Path.of("/proc/self/task");

  /** HotSpot's names, which the system cuts at 15 characters. */
  private static final Pattern COMPILER = Pattern.compile("C[12] Compiler");

  /**
   * Reads the times of now.
   *
   * @param threads a folder with one for each thread, and in it {@code comm} and {@code schedstat}
   * @throws IOException if the system does not count them
   */
  static ThreadTimes read(Path threads) throws IOException {
    long ran = 0;
    long waited = 0;
    boolean any = false;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(threads)) {
      for (Path thread : all) {
        String text;
        try {
          if (COMPILER.matcher(Files.readString(thread.resolve("comm"))).lookingAt()) {
            continue;
          }
          text = Files.readString(thread.resolve("schedstat"));
        } catch (IOException e) {
          continue; // The thread has ended.
        }
        int first = text.indexOf(' ');
        int second = text.indexOf(' ', first + 1);
        ran += Long.parseLong(text.substring(0, first));
        waited += Long.parseLong(text.substring(first + 1, second));
        any = true;
      }
    }
    if (!any) {
      throw new IOException("expected schedstat of threads in " + threads + ", found none");
    }
    return new ThreadTimes(ran, waited);
  }

  /** The times since an earlier reading; a thread that has ended meanwhile counts for nothing. */
  ThreadTimes since(ThreadTimes earlier) {
    return new ThreadTimes(Math.max(0, ran - earlier.ran), Math.max(0, waited - earlier.waited));
  }
}
