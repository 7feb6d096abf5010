package dev.eman.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.google.common.base.CharMatcher;
import java.util.List;

/** Tables for spreadsheets: cells that are not plain words or numbers are quoted. */
public final class Csv {
  /** What spreadsheets take for the beginning of a formula; the last four are full-width. */
  private static final CharMatcher FORMULA =
      CharMatcher.anyOf("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20");

  // As it is by default: its strict check, which quotes less, overlooks carriage returns.
  private static final ObjectWriter ROW = new CsvMapper().writer();

  private Csv() {}

  /** The rows, each with a line break behind it. */
  public static String table(List<List<String>> rows) {
    StringBuilder text = new StringBuilder();
    try {
      for (List<String> row : rows) {
        text.append(ROW.writeValueAsString(row));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // Text alone can always be written.
    }
    return text.toString();
  }

  /**
   * A cell with text of others, such as a file's name: where a spreadsheet could take it for a
   * formula, a single quote is put in front, as OWASP advises.
   */
  public static String text(String cell) {
    return !cell.isEmpty() && FORMULA.matches(cell.charAt(0)) ? "'" + cell : cell;
  }
}
