package dev.eman.core.nn;

import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import dev.eman.core.UsageException;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.blas.Blas;
import org.nd4j.linalg.factory.Environment;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many threads the native code computes with. ND4J 1.0.0-M2.1 takes a 0 from the environment as
 * it is, and then its sums and means are arbitrary numbers; other values that it cannot use end the
 * process or its loading. Without a number it takes the machine's cores, even where the process may
 * use only some of them: in a container, a batch job, or under taskset. Threads that wait for each
 * other on too few cores take many times as long.
 */
final class NativeThreads {
  private static final Logger LOG = LoggerFactory.getLogger(NativeThreads.class);

  private static final String OPEN_MP = "OMP_NUM_THREADS";

  /** Two of ND4J's own, with the same effect. */
  static final ImmutableList<String> ALL =
      ImmutableList.of(OPEN_MP, "SD_MAX_THREADS", "SD_MASTER_THREADS");

  /** More than any machine has; with many more than it has, threads cannot be made. */
  private static final int MOST = 1024;

  private NativeThreads() {}

  /**
   * Checks all of them.
   *
   * @param environment a variable's value by its name
   * @throws UsageException for the first that ND4J cannot use
   */
  static void check(Function<String, @Nullable String> environment) {
    for (String name : ALL) {
      String value = environment.apply(name);
      if (value != null && !value.isEmpty()) {
        check(name, value);
      }
    }
  }

  /**
   * Keeps ND4J on the CPU to the processors that this process may use, unless the environment has
   * numbers of threads. Loads ND4J. OpenMP's number of threads belongs to the thread that sets it:
   * other threads of a program begin with OpenMP's default, which knows of a process's affinity,
   * but not of a container's share of time.
   */
  static void limit() {
    boolean chosen = ALL.stream().map(System::getenv).anyMatch(v -> v != null && !v.isEmpty());
    if (chosen || !Nd4j.getEnvironment().isCPU()) {
      return;
    }
    int available = Runtime.getRuntime().availableProcessors();
    NativeOps openMp = NativeOpsHolder.getInstance().getDeviceNativeOps();
    Environment environment = Nd4j.getEnvironment();
    if (openMp.ompGetMaxThreads() > available) {
      openMp.setOmpNumThreads(available);
    }
    if (environment.maxMasterThreads() > available) {
      LOG.info(
          "this process may use {} of the machine's {} cores, and computes with as many threads",
          available,
          environment.maxMasterThreads());
      environment.setMaxMasterThreads(available);
    }
    if (environment.maxThreads() > available) {
      environment.setMaxThreads(available);
    }
    Blas blas = Nd4j.factory().blas();
    if (blas.getMaxThreads() > available) {
      blas.setMaxThreads(available);
    }
  }

  private static void check(String name, String value) {
    boolean digits = CharMatcher.inRange('0', '9').matchesAllOf(value);
    Integer threads = digits ? Ints.tryParse(value) : null;
    if (threads == null || threads < 1 || threads > MOST) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected a number of threads from 1 to %d, got %s; set it to one, such as 2, or"
                  + " remove it from the environment",
              name,
              MOST,
              value.isBlank() ? "'" + value + "'" : value));
    }
  }
}
