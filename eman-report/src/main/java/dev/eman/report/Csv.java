package dev.eman.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Reads CSV, and writes it: cells other than plain words and numbers are quoted. */
public final class Csv {
  /** Characters that start a formula in spreadsheets; the last four are full-width. */
  private static final CharMatcher FORMULA =
      CharMatcher.anyOf("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20");

  // With its default quoting: strict quoting, which quotes less, overlooks carriage returns.
  private static final ObjectWriter ROW = new CsvMapper().writer();

  private static final ObjectReader ROWS =
      new CsvMapper().readerForMapOf(String.class).with(CsvSchema.emptySchema().withHeader());

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
   * Reads a table with a heading.
   *
   * @return its rows, each by the heading's names; a row that is too short lacks the last of them
   * @throws EmanException if there is no such file, or it is not a table
   */
  public static ImmutableList<Map<String, String>> read(Path file) {
    ImmutableList.Builder<Map<String, String>> rows = ImmutableList.builder();
    try (MappingIterator<Map<String, String>> found = ROWS.readValues(Files.readString(file))) {
      while (found.hasNextValue()) { // hasNext would wrap what is wrong with the file.
        rows.add(found.nextValue());
      }
    } catch (JsonProcessingException e) {
      throw new EmanException(
          file + ": expected a table (CSV), found something else: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
    return rows.build();
  }

  /**
   * A cell of untrusted text, such as a file name: if a spreadsheet could take it for a formula, it
   * is prefixed with a single quote, as OWASP recommends.
   */
  public static String text(String cell) {
    return !cell.isEmpty() && FORMULA.matches(cell.charAt(0)) ? "'" + cell : cell;
  }
}
