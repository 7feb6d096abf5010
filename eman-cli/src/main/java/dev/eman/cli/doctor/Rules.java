package dev.eman.cli.doctor;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is good enough: functions of what was found. */
final class Rules {
  static final long MIB = 1 << 20;
  static final long GIB = 1 << 30;

  private static final int OLDEST_JAVA = 17;
  private static final long LITTLE_HEAP = 512 * MIB;
  private static final long LITTLE_NATIVE = GIB;
  private static final long LITTLE_DISK = GIB;
  private static final long NO_DISK = 50 * MIB;

  /** Milliseconds an image; the project's own two cores take about one. */
  private static final double SLOW_MS = 10;

  private Rules() {}

  static Finding java(int feature, String version) {
    return feature >= OLDEST_JAVA
        ? Finding.ok("java", version)
        : Finding.failure("java", version, "install a JDK, 17 or later, and set JAVA_HOME");
  }

  /**
   * The processor.
   *
   * @param flags as Linux names them; none where they are not known
   */
  static Finding processor(String model, Set<String> flags, int processors, boolean x86) {
    ImmutableList<String> wide =
        ImmutableList.of("avx2", "avx512f").stream()
            .filter(flags::contains)
            .collect(ImmutableList.toImmutableList());
    String found =
        String.format(
            Locale.ROOT,
            "%s, %d for this process%s",
            model.isBlank() ? "unknown" : model,
            processors,
            wide.isEmpty() ? "" : ", " + String.join(", ", wide));
    return x86 && !flags.isEmpty() && !flags.contains("avx2")
        ? Finding.warning(
            "processor", found, "it has no AVX2, with which training is several times as fast")
        : Finding.ok("processor", found);
  }

  static Finding backend(String description, boolean cpu, boolean oneDnn) {
    return cpu && !oneDnn
        ? Finding.warning(
            "backend",
            description,
            "layers do not run on oneDNN and are several times slower: put eman-backend, or"
                + " org.bytedeco:dnnl and opencl with this system's classifier, on the class path")
        : Finding.ok("backend", description);
  }

  static Finding noBackend(String why, @Nullable NativesFailure natives) {
    if (natives != null) {
      return Finding.failure("backend", natives.found(), natives.advice());
    }
    return Finding.failure(
        "backend",
        why,
        "build again (mvn -B verify), or put eman-backend with the natives of this system on the"
            + " class path");
  }

  static Finding threads(int threads, int processors, boolean chosen) {
    String found =
        String.format(
            Locale.ROOT,
            "%d to compute with%s",
            threads,
            chosen ? ", as the environment says (OMP_NUM_THREADS and the like)" : "");
    if (threads > processors) {
      return Finding.warning(
          "threads",
          found,
          "more than the " + processors + " processors wait for each other: set fewer");
    }
    return chosen && threads < processors
        ? Finding.warning("threads", found, "unset it to use all " + processors + " processors")
        : Finding.ok("threads", found);
  }

  /**
   * The machine's load, other programs' and this one's.
   *
   * @param average number of runnable threads over the last minute; negative if not known
   */
  static Finding load(double average, int processors) {
    if (average < 0) {
      return Finding.ok("load", "not known on this system");
    }
    String found = String.format(Locale.ROOT, "%.1f over the last minute", average);
    return average > 1.5 * processors
        ? Finding.warning(
            "load",
            found,
            "other programs compete for " + processors + " processors, and steps take longer")
        : Finding.ok("load", found);
  }

  static Finding heap(long most) {
    String found = size(most) + " at most";
    return most < LITTLE_HEAP
        ? Finding.warning("heap", found, "give Java more: EMAN_JAVA_OPTS=-Xmx1g")
        : Finding.ok("heap", found);
  }

  /**
   * Memory outside of the heap, where batches and networks are.
   *
   * @param arrays limit of JavaCPP for arrays, in bytes; 0 for none
   * @param process limit of JavaCPP for the process, in bytes; 0 for none
   * @param free bytes of physical memory that are free or could be made so; negative if not known
   * @param all bytes of physical memory
   */
  static Finding nativeMemory(long arrays, long process, long free, long all) {
    String found =
        String.format(
            Locale.ROOT,
            "limit of arrays %s, of the process %s; the machine has %s%s",
            arrays == 0 ? "none" : size(arrays),
            process == 0 ? "none" : size(process),
            size(all),
            free < 0 ? "" : ", " + size(free) + " free");
    if (isLittle(arrays) || isLittle(process)) {
      return Finding.warning(
          "memory",
          found,
          "raise the limits: EMAN_JAVA_OPTS='-Dorg.bytedeco.javacpp.maxbytes=0"
              + " -Dorg.bytedeco.javacpp.maxphysicalbytes=0'");
    }
    return free >= 0 && free < LITTLE_NATIVE
        ? Finding.warning(
            "memory",
            found,
            "close other programs, or use a smaller --batch or --size, or a larger --accumulate")
        : Finding.ok("memory", found);
  }

  private static boolean isLittle(long limit) {
    return limit > 0 && limit < LITTLE_NATIVE;
  }

  /**
   * Room for runs, without which nothing can be trained.
   *
   * @param usable bytes; negative if the folder cannot be written to
   */
  static Finding runs(String folder, long usable) {
    if (usable < 0) {
      return Finding.failure(
          "runs", notWritable(folder), "choose another folder, or change its rights");
    }
    String found = room(folder, usable);
    if (usable < NO_DISK) {
      return Finding.failure(
          "runs", found, "make room: a checkpoint is not written to a full disk");
    }
    return usable < LITTLE_DISK
        ? Finding.warning("runs", found, "make room: checkpoints take hundreds of MiB")
        : Finding.ok("runs", found);
  }

  /**
   * Room for what is fetched and for caches, without which images on this machine can be trained
   * on.
   *
   * @param usable bytes; negative if the folder cannot be written to
   */
  static Finding data(String folder, long usable) {
    if (usable < 0) {
      return Finding.warning(
          "data",
          notWritable(folder),
          "data sets and weights cannot be fetched, nor lists of images and features be kept: set"
              + " XDG_CACHE_HOME to a folder that can be written to, or change its rights");
    }
    String found = room(folder, usable);
    return usable < LITTLE_DISK
        ? Finding.warning(
            "data",
            found,
            "make room, or set XDG_CACHE_HOME to another folder: data sets that are fetched take"
                + " hundreds of MiB")
        : Finding.ok("data", found);
  }

  private static String notWritable(String folder) {
    return folder + " cannot be written to";
  }

  private static String room(String folder, long usable) {
    return String.format(Locale.ROOT, "%s free at %s", size(usable), folder);
  }

  /** The time of a reference step, of 16 images. */
  static Finding speed(double msPerImage, int images) {
    String found =
        String.format(
            Locale.ROOT,
            "%.1f ms a step of %d images (resnet14-w16, 32 pixels, supervised)",
            msPerImage * images,
            images);
    return msPerImage > SLOW_MS
        ? Finding.warning(
            "speed", found, "see threads, load and backend; or give fit and train more time")
        : Finding.ok("speed", found);
  }

  static Finding noStep(String why) {
    return Finding.failure("speed", why, "see backend and memory; EMAN_DEBUG=1 shows more");
  }

  /** Variables that change how it runs. */
  static Finding settings(List<String> set) {
    return Finding.ok("settings", set.isEmpty() ? "none of its own" : String.join(", ", set));
  }

  /** The flags in a line of /proc/cpuinfo. */
  static ImmutableSet<String> flags(String line) {
    return line.lines()
        .filter(text -> text.startsWith("flags") || text.startsWith("Features"))
        .findFirst()
        .map(text -> text.substring(text.indexOf(':') + 1).strip())
        .map(text -> ImmutableSet.copyOf(List.of(text.split("\\s+"))))
        .orElse(ImmutableSet.of());
  }

  static String model(String cpuInfo) {
    return cpuInfo
        .lines()
        .filter(text -> text.startsWith("model name"))
        .map(text -> text.substring(text.indexOf(':') + 1).strip())
        .limit(1)
        .collect(Collectors.joining());
  }

  static String size(long bytes) {
    return bytes < GIB
        ? String.format(Locale.ROOT, "%,d MiB", bytes / MIB)
        : String.format(Locale.ROOT, "%,.1f GiB", (double) bytes / GIB);
  }
}
