package dev.eman.train.metrics;

import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Doubles;
import dev.eman.core.EmanException;
import dev.eman.core.io.Printable;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a {@code metrics.csv} one after the other: a long run has more than fit in memory as
 * text. Row N is that of step N; its cells are numbers or empty.
 */
final class MetricsRows implements AutoCloseable {
  private static final int SHOWN = 40;
  private static final CharMatcher COMMA = CharMatcher.is(',');

  private static final double[] POWERS = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
  };

  private final Path file;
  private final @Nullable MetricsLines lines;
  private final ImmutableList<String> columns;
  private final double[] values;
  private String line = "";
  private long number;
  private @Nullable String damage;

  private MetricsRows(Path file, @Nullable MetricsLines lines) {
    this.file = file;
    this.lines = lines;
    String heading = lines == null ? null : lines.next();
    if (heading != null && isSound(heading)) {
      columns = ImmutableList.copyOf(Splitter.on(',').split(heading));
    } else {
      columns = ImmutableList.of();
      damage = damage(lines, heading);
    }
    values = new double[columns.size()];
  }

  /**
   * Opens a file, before its first row; one that is missing or has no sound heading is damaged and
   * has no rows.
   *
   * @throws EmanException if it cannot be read
   */
  static MetricsRows open(Path file) {
    MetricsLines lines = MetricsLines.open(file);
    try {
      return new MetricsRows(file, lines);
    } catch (Throwable e) {
      if (lines != null) {
        lines.close();
      }
      throw e;
    }
  }

  private static boolean isSound(String heading) {
    ImmutableList<String> names = ImmutableList.copyOf(Splitter.on(',').split(heading));
    return names.get(0).equals("step")
        && !names.contains("")
        && !Printable.hasControls(heading)
        && heading.indexOf(MetricsLines.ILLEGIBLE) < 0
        && ImmutableSet.copyOf(names).size() == names.size();
  }

  private static String damage(@Nullable MetricsLines lines, @Nullable String heading) {
    if (lines == null) {
      return "there is no such file";
    }
    if (heading == null) {
      String text = lines.rest();
      return "expected a heading, found " + (text.isEmpty() ? "an empty file" : shown(text));
    }
    return "expected a heading of different names that begins with step, found " + shown(heading);
  }

  /** The names, "step" first; empty if the heading is damaged. */
  ImmutableList<String> columns() {
    return columns;
  }

  /** Goes to the next row; false after the last one, and at one that is damaged. */
  boolean next() {
    if (damage == null && nextLine()) {
      damage = wrong(number);
      return damage == null;
    }
    return false;
  }

  /** Goes to the next line, whatever is in it; false after the last one. */
  boolean nextLine() {
    String next = lines == null || columns.isEmpty() ? null : lines.next();
    if (next == null) {
      return false;
    }
    line = next;
    number++;
    return true;
  }

  /** The number of rows so far. */
  long number() {
    return number;
  }

  /** The present row's cells; NaN for an empty one. Reused for the next row. */
  double[] values() {
    return values;
  }

  /** The step that the present line claims to be of; 0 if that is no step. */
  long claimedStep() {
    int comma = line.indexOf(',');
    Double step = Doubles.tryParse(comma < 0 ? line : line.substring(0, comma));
    return step != null && step >= 1 && step <= Integer.MAX_VALUE && step == Math.rint(step)
        ? step.longValue()
        : 0;
  }

  /** Where the present line begins, in bytes from the beginning of the file. */
  long start() {
    return checkNotNull(lines).start();
  }

  /** Where it ends, behind its line break. */
  long end() {
    return checkNotNull(lines).end();
  }

  /** Describes what is wrong with the present line as a step's row; null if it is intact. */
  @Nullable String wrong(long step) {
    int cells = COMMA.countIn(line) + 1;
    if (cells != columns.size()) {
      return String.format(
          Locale.ROOT, "row %d: expected %d cells, found %d", step, columns.size(), cells);
    }
    int from = 0;
    for (int c = 0; c < cells; c++) {
      int comma = line.indexOf(',', from);
      int to = comma < 0 ? line.length() : comma;
      if (c == 0 && !line.substring(0, to).equals(Long.toString(step))) {
        return "row "
            + step
            + ": expected step "
            + step
            + ", found "
            + shown(line.substring(0, to));
      }
      if (!parse(c, from, to)) {
        return String.format(
            Locale.ROOT,
            "row %d: expected a number or nothing as %s, found %s",
            step,
            columns.get(c),
            shown(line.substring(from, to)));
      }
      from = to + 1;
    }
    return null;
  }

  private boolean parse(int column, int from, int to) {
    values[column] = from == to ? Double.NaN : shortDecimal(from, to);
    if (from < to && Double.isNaN(values[column])) {
      Double value = Doubles.tryParse(line.substring(from, to));
      values[column] = value == null ? Double.NaN : value;
      return value != null;
    }
    return true;
  }

  /**
   * The value of up to 15 digits with or without a point; NaN for anything else. There are tens of
   * millions of them, which is long for {@code tryParse}. Both the digits and the power of ten are
   * exact as doubles, so their quotient is rounded once, as by {@code parseDouble}.
   */
  private double shortDecimal(int from, int to) {
    long digits = 0;
    int point = -1;
    for (int i = from; i < to; i++) {
      char c = line.charAt(i);
      if (c >= '0' && c <= '9') {
        digits = 10 * digits + (c - '0');
      } else if (c == '.' && point < 0) {
        point = i;
      } else {
        return Double.NaN;
      }
    }
    int count = to - from - (point < 0 ? 0 : 1);
    return count < 1 || count >= POWERS.length
        ? Double.NaN
        : digits / POWERS[point < 0 ? 0 : to - point - 1];
  }

  /**
   * What is damaged in the rows so far.
   *
   * @param required number of rows that there must have been
   * @return null if nothing is
   */
  @Nullable String damage(long required) {
    return damage == null && number < required
        ? "expected rows of " + required + " steps, found " + number
        : damage;
  }

  /**
   * Checks the rows so far.
   *
   * @throws EmanException if they are damaged; the message says where and what to do
   */
  void check() {
    if (damage != null) {
      throw damaged(file, damage);
    }
  }

  static EmanException damaged(Path file, String damage) {
    return new EmanException(file + " is damaged: " + damage + "; " + MetricsTable.remedy(file));
  }

  private static String shown(String text) {
    return "'" + text.substring(0, Math.min(SHOWN, text.length())) + "'";
  }

  @Override
  public void close() {
    if (lines != null) {
      lines.close();
    }
  }
}
