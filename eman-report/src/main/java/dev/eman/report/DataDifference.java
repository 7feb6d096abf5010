package dev.eman.report;

import dev.eman.datasets.ClassList;
import dev.eman.train.RunRecord;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells runs on other data apart, which their options do not. */
final class DataDifference {
  /** As many characters of a fingerprint as are shown. */
  private static final int SHOWN = 12;

  private DataDifference() {}

  /**
   * How a run differs from others of its options in a few words; empty if, as known, it does not.
   */
  static Optional<String> of(RunData run, List<RunData> others) {
    return others.stream().flatMap(other -> between(other, run).stream()).findFirst();
  }

  private static Optional<String> between(RunData one, RunData other) {
    if (differ(known(one.classes()), known(other.classes()))) {
      return words("classes", "", ClassList.list(one.classes()), ClassList.list(other.classes()));
    }
    String first = one.imagesFingerprint();
    String second = other.imagesFingerprint();
    if (differ(first, second)) {
      return words("images or labels", "data fingerprint ", shown(first), shown(second));
    }
    first = testFingerprint(one);
    second = testFingerprint(other);
    return differ(first, second)
        ? words("test images", "fingerprint ", shown(first), shown(second))
        : Optional.empty();
  }

  private static @Nullable String testFingerprint(RunData run) {
    RunRecord record = run.record();
    return record == null ? null : record.measurement().testFingerprint();
  }

  private static @Nullable List<String> known(List<String> classes) {
    return classes.isEmpty() ? null : classes;
  }

  private static boolean differ(@Nullable Object one, @Nullable Object other) {
    return one != null && other != null && !one.equals(other);
  }

  private static Optional<String> words(String what, String of, String one, String other) {
    return Optional.of(String.format(Locale.ROOT, "other %s (%s%s and %s)", what, of, one, other));
  }

  private static String shown(@Nullable String fingerprint) {
    String text = String.valueOf(fingerprint);
    return text.substring(0, Math.min(SHOWN, text.length()));
  }
}
