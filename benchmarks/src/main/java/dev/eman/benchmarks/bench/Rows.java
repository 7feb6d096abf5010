package dev.eman.benchmarks.bench;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A table of results, one to a line. */
final class Rows {
  private final PrintWriter out;
  private final Map<String, @Nullable Object> result;

  /** A table that is written to {@code out} line by line. */
  Rows(PrintWriter out, Map<String, @Nullable Object> result) {
    this.out = out;
    this.result = result;
  }

  /** A value of its own. */
  void value(String what, String unit, String key) {
    row(what, unit, key, "");
  }

  /** Another's value, with ours over it. */
  void over(String what, String unit, String theirs, String ours) {
    Double ratio = Samples.ratio(number(ours), number(theirs));
    row(
        what,
        unit,
        theirs,
        ratio == null ? "" : String.format(Locale.ROOT, "  ours / theirs %.2f", ratio));
  }

  /** A value and how many times another it is. */
  void times(String what, String unit, String key, String ratio, String means) {
    Double times = number(ratio);
    row(
        what,
        unit,
        key,
        times == null ? "" : String.format(Locale.ROOT, "  %.3f %s", times, means));
  }

  private @Nullable Double number(String key) {
    return result.get(key) instanceof Double v ? v : null;
  }

  private void row(String what, String unit, String key, String more) {
    Double value = number(key);
    String shown = value == null ? "not run" : String.format(Locale.ROOT, "%.2f %s", value, unit);
    out.printf(Locale.ROOT, "%-26s %14s%s%n", what, shown, more);
  }
}
