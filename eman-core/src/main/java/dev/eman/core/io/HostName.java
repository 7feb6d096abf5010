package dev.eman.core.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What tells this machine from others that see the same files. */
public final class HostName {
  private static final Path LINUX = Path.of("/proc/sys/kernel/hostname");

  private HostName() {}

  /**
   * The machine's name, or the container's; empty where it is not known. The network is not asked,
   * as Java's own way may do.
   */
  public static String get() {
    try {
      return Files.readString(LINUX).strip();
    } catch (IOException e) { // Another system.
      String name = System.getenv("COMPUTERNAME");
      return name == null ? "" : name;
    }
  }
}
