package dev.eman.core.nn;

import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import dev.eman.core.UsageException;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of threads in the environment. ND4J 1.0.0-M2.1 takes 0 as it is, and then its sums
 * and means are arbitrary numbers; other values that it cannot use end the process or its loading.
 */
final class NativeThreads {
  private static final String OPEN_MP = "OMP_NUM_THREADS";

  /** Two of ND4J's own, with the same effect. */
  private static final ImmutableList<String> ALL =
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
