package dev.eman.datasets.table;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import com.google.common.collect.ImmutableList;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DatasetException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A table with a header, of images, their labels and possibly the part that each belongs to:
 * separated by commas, semicolons, tabs or vertical bars, cells quoted or not. In UTF-8, with or
 * without a byte order mark, or UTF-16 with one. Read from its file each time.
 */
public final class ImageTable {
  /** What may stand between cells. */
  public static final ImmutableList<Character> SEPARATORS = ImmutableList.of(',', ';', '\t', '|');

  private static final String POSITIONS = "Index";
  private static final ObjectReader CELLS =
      new CsvMapper()
          .readerFor(String[].class)
          .with(CsvParser.Feature.WRAP_AS_ARRAY)
          .with(CsvParser.Feature.TRIM_SPACES);

  private final Path file;
  private final char separator;
  private final TableColumns columns;

  private ImageTable(Path file, char separator, TableColumns columns) {
    this.file = file;
    this.separator = separator;
    this.columns = columns;
  }

  /** Whether a file is called like a table: {@code .csv} or {@code .tsv}. */
  public static boolean isTable(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".csv") || name.endsWith(".tsv");
  }

  /**
   * Whether a file is called like a table and has images and labels, not positions, which are in a
   * column {@code Index}.
   *
   * @throws DatasetException if a file that is called so is missing, or its header cannot be read
   */
  public static boolean isLabelTable(Path file) {
    return isTable(file) && !header(file, separator(file)).contains(POSITIONS);
  }

  /**
   * Whether a table has images and labels beside its positions, which it can be read by instead.
   */
  public static boolean hasLabels(Path file) {
    return isTable(file) && TableColumns.areIn(header(file, separator(file)));
  }

  /**
   * The column of images in a header that has positions too; empty if there is none for certain, as
   * in a published list's {@code Index,ImageID}.
   */
  public static OptionalInt imagesBesidePositions(List<String> header) {
    return TableColumns.imagesBesidePositions(header);
  }

  /**
   * Whether a header that has positions too is one of a table of images and labels for certain: a
   * published list's {@code Index,ImageID,Class} may have other names for the classes.
   */
  public static boolean isCertain(List<String> header) {
    return TableColumns.areCertain(header);
  }

  /**
   * Reads a table's header.
   *
   * @throws DatasetException if the file is missing, or has no column of images or of labels, or
   *     several
   */
  public static ImageTable open(Path file) {
    char separator = separator(file);
    return new ImageTable(file, separator, TableColumns.of(file, header(file, separator)));
  }

  /** The separator by which the header has the columns that are needed, or else most columns. */
  private static char separator(Path file) {
    char best = SEPARATORS.get(0);
    int most = 0;
    DatasetException failure = null;
    for (char separator : SEPARATORS) {
      try {
        ImmutableList<String> header = header(file, separator);
        if (TableColumns.areIn(header)) {
          return separator;
        }
        if (header.size() > most) {
          most = header.size();
          best = separator;
        }
      } catch (DatasetException e) { // What comes after a quoted cell is no such separator.
        failure = failure == null ? e : failure;
      }
    }
    if (most == 0 && failure != null) {
      throw failure;
    }
    return best;
  }

  private static ImmutableList<String> header(Path file, char separator) {
    String[][] first = {{}};
    parse(
        file,
        separator,
        (row, cells) -> {
          first[0] = cells;
          return false;
        });
    return Arrays.stream(first[0]).map(String::strip).collect(ImmutableList.toImmutableList());
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /**
   * Reads all rows, in their order. Blank rows are passed over.
   *
   * @throws DatasetException if rows are not as the header has it, after all have been read; names
   *     the first one
   */
  public void read(Consumer<TableRow> rows) {
    TableProblems problems = new TableProblems(file);
    Map<String, String> labels = new HashMap<>(); // One object for each label, not for each row.
    parse(
        file,
        separator,
        (number, cells) -> {
          if (number > 1 && !isBlank(cells)) {
            row(number, cells, problems, labels).ifPresent(rows);
          }
          return true;
        });
    problems.check("");
  }

  private Optional<TableRow> row(
      int number, String[] cells, TableProblems problems, Map<String, String> labels) {
    if (cells.length < columns.count() || !isBlank(rest(cells))) {
      problems.add(
          number,
          String.format(Locale.ROOT, "expected %d cells, found %d", columns.count(), cells.length)
              + "; a cell with a separator in it must be in double quotes");
      return Optional.empty();
    }
    String image = cells[columns.image()]; // The parser keeps blanks where it is quoted.
    String label = labels.computeIfAbsent(cells[columns.label()].strip(), text -> text);
    if (image.isBlank()) {
      problems.add(number, "expected an image, found an empty cell");
      return Optional.empty();
    }
    if (Printable.hasControls(label)) {
      problems.add(
          number,
          "expected a label without line breaks and control characters, found "
              + Printable.escape(label));
      return Optional.empty();
    }
    if (columns.part() == TableColumns.NONE) {
      return Optional.of(new TableRow(number, image, label, Optional.empty()));
    }
    String name = cells[columns.part()].strip();
    Optional<TablePart> part = TablePart.named(name);
    if (part.isEmpty()) {
      problems.add(
          number,
          "expected a part ("
              + TablePart.NAMES
              + "), found "
              + (name.isEmpty() ? "an empty cell" : Printable.escape(name)));
      return Optional.empty();
    }
    return Optional.of(new TableRow(number, image, label, part));
  }

  /** The cells beyond the header's. */
  private String[] rest(String[] cells) {
    return Arrays.copyOfRange(cells, Math.min(cells.length, columns.count()), cells.length);
  }

  private static boolean isBlank(String[] cells) {
    return Arrays.stream(cells).allMatch(String::isBlank);
  }

  /** Receives rows until it returns false. */
  @FunctionalInterface
  private interface Cells {
    boolean accept(int row, String[] cells);
  }

  private static void parse(Path file, char separator, Cells rows) {
    int row = 0;
    try (Reader text = reader(file);
        MappingIterator<String[]> cells =
            CELLS.with(CsvSchema.emptySchema().withColumnSeparator(separator)).readValues(text)) {
      do {
        row++;
      } while (cells.hasNextValue() && rows.accept(row, cells.nextValue()));
    } catch (NoSuchFileException e) {
      throw new DatasetException(
          "expected a table of images at " + file + ", found nothing; check the path", e);
    } catch (CharacterCodingException e) {
      throw encoding(file, e);
    } catch (JacksonException | RuntimeJsonMappingException e) {
      if (e.getCause() instanceof CharacterCodingException) {
        throw encoding(file, e);
      }
      throw new DatasetException(
          String.format(
              Locale.ROOT, "%s, row %d: expected cells, found a fault: %s", file, row, reason(e)),
          e);
    } catch (IOException e) {
      throw new DatasetException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }

  private static String reason(Exception e) {
    return e instanceof JacksonException json
        ? json.getOriginalMessage()
        : String.valueOf(e.getMessage());
  }

  private static DatasetException encoding(Path file, Exception e) {
    return new DatasetException(
        file + ": expected text in UTF-8, found other bytes; save the table as UTF-8", e);
  }

  /** A decoder that refuses what is not text, behind the byte order mark if there is one. */
  private static Reader reader(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file));
    try {
      in.mark(3);
      byte[] start = in.readNBytes(3);
      in.reset();
      Charset charset = StandardCharsets.UTF_8;
      int mark = 0;
      if (begins(start, 0xef, 0xbb, 0xbf)) {
        mark = 3;
      } else if (begins(start, 0xff, 0xfe) || begins(start, 0xfe, 0xff)) {
        mark = 2;
        charset = begins(start, 0xff) ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_16BE;
      }
      in.skipNBytes(mark);
      return new InputStreamReader(in, charset.newDecoder());
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private static boolean begins(byte[] start, int... bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (i >= start.length || (start[i] & 0xff) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
