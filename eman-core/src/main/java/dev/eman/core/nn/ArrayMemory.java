package dev.eman.core.nn;

import com.google.common.util.concurrent.Uninterruptibles;
import com.sun.management.OperatingSystemMXBean;
import dev.eman.core.EmanException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.Pointer;

/** Memory outside of Java's heap, where arrays are: whether there is enough, before long work. */
public final class ArrayMemory {
  private static final int FIRST_WAIT = 100;
  private static final int LAST_WAIT = 400;

  private ArrayMemory() {}

  /**
   * Checks that arrays will find room, of which arrays that are garbage by now are made part.
   *
   * @param bytes that are certainly needed, beside what is taken
   * @param what they are for: "features of 1,000 images"
   * @param advice what to do if there is too little: "choose among fewer images"
   * @throws EmanException if there is less memory, or a lower limit, than that
   */
  public static void requireRoom(long bytes, String what, String advice) {
    for (int wait = FIRST_WAIT; bytes > room() && wait <= LAST_WAIT; wait *= 2) {
      System.gc(); // Arrays that nobody has any more are freed after it, by threads of their own.
      Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(wait));
    }
    requireRoom(bytes, room(), what, advice);
  }

  static void requireRoom(long bytes, long room, String what, String advice) {
    if (bytes > room) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected %,d MiB of free memory outside of Java's heap, found %,d; %s, or use a"
                  + " machine with more memory",
              what,
              ((bytes - 1) >> 20) + 1,
              Math.max(0, room) >> 20,
              advice));
    }
  }

  private static long room() {
    long room = Long.MAX_VALUE;
    long free = kernel("MemAvailable:");
    if (free >= 0) {
      room = free + Math.max(0, kernel("SwapFree:"));
    }
    // The kernel's figures are the machine's; these are the container's, if it is one.
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long all = system.getTotalMemorySize() + system.getTotalSwapSpaceSize();
    room = Math.min(room, all - Pointer.physicalBytes());
    if (Pointer.maxPhysicalBytes() > 0) {
      room = Math.min(room, Pointer.maxPhysicalBytes() - Pointer.physicalBytes());
    }
    return room;
  }

  /** Bytes of memory that the kernel says could be used, caches included; -1 if it does not. */
  public static long available() {
    return kernel("MemAvailable:");
  }

  private static long kernel(String name) {
    try {
      List<String> lines = Files.readAllLines(Path.of("/proc/meminfo"));
      return lines.stream()
          .filter(line -> line.startsWith(name))
          .map(line -> line.replaceAll("[^0-9]", ""))
          .mapToLong(kilobytes -> Long.parseLong(kilobytes) * 1024)
          .findFirst()
          .orElse(-1);
    } catch (IOException | NumberFormatException e) {
      return -1;
    }
  }
}
