package dev.eman.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.google.common.base.CharMatcher;
import java.util.List;

/** Writes CSV: cells other than plain words and numbers are quoted. */
public final class Csv {
  /** Characters that start a formula in spreadsheets; the last four are full-width. */
  private static final CharMatcher FORMULA =
      CharMatcher.anyOf("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20");

  // With its default quoting: strict quoting, which quotes less, overlooks carriage returns.
  private static final ObjectWriter ROW = new CsvMapper().writer();

  private Csv() {}

  /** Formats rows, each followed by a line break. */
  public static String table(List<List<String>> rows) {
    StringBuilder text = new StringBuilder();
    try {
      for (List<String> row : rows) {
        text.append(ROW.writeValueAsString(row));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // Writing to a string cannot fail.
    }
    return text.toString();
  }

  /**
   * A cell of untrusted text, such as a file name: if a spreadsheet could take it for a formula, it
   * is prefixed with a single quote, as OWASP recommends.
   */
  public static String text(String cell) {
    return !cell.isEmpty() && FORMULA.matches(cell.charAt(0)) ? "'" + cell : cell;
  }
}
