package dev.eman.datasets.table;

import com.google.common.base.Strings;
import dev.eman.datasets.DatasetException;
import java.nio.file.Path;
import java.util.Locale;

/** What is wrong with rows of a table: the first row is named, the others are counted. */
public final class TableProblems {
  private final Path file;
  private String first = "";
  private long count;

  /** For messages about a file. */
  public TableProblems(Path file) {
    this.file = file;
  }

  /** Notes a problem: what was expected of a row, and what was found. */
  public void add(int row, String problem) {
    if (count++ == 0) {
      first = file + ", row " + row + ": " + problem;
    }
  }

  /** How many there are. */
  public long count() {
    return count;
  }

  /**
   * Refuses the table if there are any.
   *
   * @param advice what to do about them; may be empty
   * @throws DatasetException that names the first row
   */
  public void check(String advice) {
    if (count > 0) {
      String others =
          count == 1
              ? ""
              : String.format(
                  Locale.ROOT,
                  "; %,d other %s the same or another fault",
                  count - 1,
                  count == 2 ? "row has" : "rows have");
      throw new DatasetException(
          first + others + (Strings.isNullOrEmpty(advice) ? "" : "; " + advice));
    }
  }
}
