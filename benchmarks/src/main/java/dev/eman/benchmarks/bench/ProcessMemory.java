package dev.eman.benchmarks.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The resident memory of this process, where the system tells (Linux). */
final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessMemory() {}

  /** The most that was ever resident, in MiB; NaN where unknown. */
  static double peakMiB() throws IOException {
    return field("VmHWM:");
  }

  /** What is resident now, in MiB; NaN where unknown. */
  static double residentMiB() throws IOException {
    return field("VmRSS:");
  }

  private static double field(String name) throws IOException {
    if (!Files.isReadable(STATUS)) {
      return Double.NaN;
    }
    return Files.readAllLines(STATUS).stream()
        .filter(l -> l.startsWith(name))
        .mapToDouble(l -> Double.parseDouble(l.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(Double.NaN);
  }
}
