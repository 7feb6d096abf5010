package dev.eman.cli.doctor;

import com.google.common.collect.ImmutableList;
import com.sun.management.OperatingSystemMXBean;
import dev.eman.core.io.IoFailures;
import dev.eman.core.nn.ArrayMemory;
import dev.eman.core.nn.Backend;
import dev.eman.datasets.DataDirectories;
import dev.eman.train.fit.SpeedProbe;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.factory.Nd4j;

/** Looks at the machine that it runs on. */
public final class Doctor {
  private static final ImmutableList<String> THREADS =
      ImmutableList.of("OMP_NUM_THREADS", "SD_MAX_THREADS", "SD_MASTER_THREADS");
  private static final ImmutableList<String> SETTINGS =
      ImmutableList.of(
          "OMP_NUM_THREADS",
          "SD_MAX_THREADS",
          "SD_MASTER_THREADS",
          "OMP_WAIT_POLICY",
          "GOMP_SPINCOUNT",
          "EMAN_JAVA_OPTS",
          "EMAN_CLASSPATH",
          "EMAN_DATA");

  private Doctor() {}

  /**
   * Looks at all of it; takes some seconds.
   *
   * @param runs where runs will be written; need not exist
   */
  public static ImmutableList<Finding> examine(Path runs) {
    ImmutableList.Builder<Finding> findings = ImmutableList.builder();
    int processors = Runtime.getRuntime().availableProcessors();
    findings.add(Rules.java(Runtime.version().feature(), java()));
    String cpu = cpuInfo();
    findings.add(
        Rules.processor(
            Rules.model(cpu),
            Rules.flags(cpu),
            processors,
            Set.of("amd64", "x86_64").contains(System.getProperty("os.arch", ""))));
    findings.add(Rules.load(system().getSystemLoadAverage(), processors));
    backend(findings, processors);
    findings.add(Rules.heap(Runtime.getRuntime().maxMemory()));
    findings.add(
        Rules.nativeMemory(
            noLimit(Pointer.maxBytes()),
            noLimit(Pointer.maxPhysicalBytes()),
            ArrayMemory.available(),
            system().getTotalMemorySize()));
    findings.add(room(runs, Rules::runs));
    findings.add(room(DataDirectories.of(null).fetched(), Rules::data));
    findings.add(
        Rules.settings(
            SETTINGS.stream()
                .filter(name -> System.getenv(name) != null)
                .map(name -> name + "=" + System.getenv(name))
                .toList()));
    return findings.build();
  }

  /** Whatever goes wrong in native code belongs into the list. */
  private static void backend(ImmutableList.Builder<Finding> findings, int processors) {
    boolean loaded = false;
    try {
      String description = Backend.describe();
      boolean onCpu = Nd4j.getEnvironment().isCPU();
      findings.add(Rules.backend(description, onCpu, Backend.layersReachOneDnn()));
      loaded = true;
      if (onCpu) {
        boolean chosen =
            THREADS.stream().map(System::getenv).anyMatch(v -> v != null && !v.isEmpty());
        findings.add(Rules.threads(Nd4j.getEnvironment().maxMasterThreads(), processors, chosen));
      }
      findings.add(Rules.speed(SpeedProbe.referenceMs(), SpeedProbe.REFERENCE_BATCH));
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      Throwable cause = NativesFailure.cause(e);
      String why = String.valueOf(cause.getMessage() == null ? cause : cause.getMessage());
      findings.add(loaded ? Rules.noStep(why) : Rules.noBackend(why, NativesFailure.of(e)));
    }
  }

  private static String java() {
    return String.format(
        Locale.ROOT,
        "%s (%s) on %s %s",
        Runtime.version(),
        System.getProperty("java.vm.name", "unknown"),
        System.getProperty("os.name", "unknown"),
        System.getProperty("os.arch", "unknown"));
  }

  private static String cpuInfo() {
    try {
      return Files.readString(Path.of("/proc/cpuinfo"));
    } catch (IOException e) { // Not Linux.
      return "";
    }
  }

  private static OperatingSystemMXBean system() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  }

  private static long noLimit(long bytes) {
    return bytes <= 0 || bytes == Long.MAX_VALUE ? 0 : bytes;
  }

  /** Of the folder, or of the nearest one above it that exists. */
  private static Finding room(Path folder, RoomRule rule) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    try {
      boolean writable = Files.isDirectory(there) && Files.isWritable(there);
      return rule.of(there.toString(), writable ? Files.getFileStore(there).getUsableSpace() : -1);
    } catch (IOException e) {
      return rule.of(there + " (" + IoFailures.reason(e) + ")", -1);
    }
  }

  private interface RoomRule {
    Finding of(String folder, long usable);
  }
}
