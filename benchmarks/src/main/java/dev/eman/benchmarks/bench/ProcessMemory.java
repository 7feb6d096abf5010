package dev.eman.benchmarks.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The resident memory of this process, if the system reports it (Linux). */
final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessMemory() {}

  /** Peak resident memory in MiB; NaN if unknown. */
  static double peakMiB() throws IOException {
    return field("VmHWM:");
  }

  /** Current resident memory in MiB; NaN if unknown. */
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
