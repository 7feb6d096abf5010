package dev.eman.web.label;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.Printable;
import dev.eman.datasets.reader.TableImages;
import dev.eman.datasets.table.ImageTable;
import dev.eman.datasets.table.TableProblems;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The labels of images as a table with the columns image, label and note, a row for each image,
 * also those without a label: with it, {@code train --dataset} has both parts. The file is replaced
 * as a whole after each change, so that whatever ends the program, it is there and complete.
 */
final class LabelTable {
  private static final ImmutableList<String> HEADING = ImmutableList.of("image", "label", "note");

  /** Between the cells of every file that is not called {@code .tsv}. */
  static final char COMMA = ',';

  /** The note of images that somebody has passed over. */
  private static final String SKIPPED = "skipped";

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private static final CsvMapper CSV =
      CsvMapper.builder()
          .enable(CsvParser.Feature.WRAP_AS_ARRAY)
          .enable(CsvParser.Feature.TRIM_SPACES) // As in training: quotes keep them.
          .build();

  /**
   * What is known of an image.
   *
   * @param label empty without one
   * @param note {@code skipped} for an image that somebody has passed over, or any words of others
   */
  record Entry(String label, String note) {
    static final Entry NONE = new Entry("", "");

    boolean isSkipped() {
      return note.equals(SKIPPED);
    }

    /** Neither labelled nor passed over. */
    boolean isOpen() {
      return label.isEmpty() && !isSkipped();
    }

    Entry withLabel(String other) {
      return new Entry(other, isSkipped() ? "" : note);
    }

    Entry skip() {
      return new Entry("", SKIPPED);
    }
  }

  /** What a row of the file says of the image that it calls so; the heading is row 1. */
  private record Row(int number, String image, Entry entry) {
    /** What cannot be in one row with an earlier one of the same image; empty if all can. */
    String conflict(Row before, String name) {
      if (!entry.label.equals(before.entry.label)) {
        return conflict("label", name, entry.label, before.entry.label, before.number);
      }
      boolean oneNote =
          entry.note.isEmpty()
              || before.entry.note.isEmpty()
              || entry.note.equals(before.entry.note);
      return oneNote ? "" : conflict("note", name, entry.note, before.entry.note, before.number);
    }

    private static String conflict(
        String what, String name, String here, String before, int number) {
      return String.format(
          Locale.ROOT,
          "expected one %s for %s, found %s here and %s in row %d",
          what,
          Printable.escape(name),
          here.isEmpty() ? "no " + what : "'" + Printable.escape(here) + "'",
          before.isEmpty() ? "no " + what : "'" + Printable.escape(before) + "'",
          number);
    }
  }

  /** What tells whether somebody else has written the file. */
  private record Version(long size, FileTime time, @Nullable Object key) {}

  private final Path file;
  private @Nullable Version version;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** How rows of the file call images. */
  private final Map<String, String> spellings = new HashMap<>();

  private final List<String> lost = new ArrayList<>();

  private LabelTable(Path file) {
    this.file = file;
  }

  /**
   * Reads a table, or begins one. Rows may call an image by whatever training finds it by, such as
   * without its extension; they are written as they were.
   *
   * @param file that may not be there yet
   * @param images their {@linkplain #name names}; rows of others are kept
   * @throws EmanException if the file is no such table, or an image has two labels or notes
   */
  static LabelTable open(Path file, List<String> images) {
    LabelTable table = new LabelTable(file);
    images.forEach(image -> table.entries.put(image, Entry.NONE));
    if (Files.exists(file)) {
      if (Files.isDirectory(file)) {
        throw new EmanException("expected a table, found the folder " + file);
      }
      if (AtomicFiles.isStream(file)) { // A pipe would keep whoever opens it waiting.
        throw new EmanException("expected a table, found a device or pipe: " + file);
      }
      table.version = table.versionNow();
      table.add(table.read());
    }
    return table;
  }

  /** The name of an image in a table: its path relative to the table's folder, with slashes. */
  static String name(Path image, Path table) {
    Path base = table.toAbsolutePath().normalize().getParent();
    Path file = image.toAbsolutePath().normalize();
    Path name = base != null && file.startsWith(base) ? base.relativize(file) : file;
    return name.toString().replace(name.getFileSystem().getSeparator(), "/");
  }

  private void add(List<Row> rows) {
    List<String> others =
        rows.stream().map(Row::image).filter(image -> !entries.containsKey(image)).toList();
    Map<String, Path> found =
        TableImages.find(others, requireNonNull(file.toAbsolutePath().getParent()));
    TableProblems problems = new TableProblems(file);
    Map<String, Row> kept = new HashMap<>();
    for (Row row : rows) {
      Path image = found.get(row.image);
      String name = image == null ? row.image : name(image, file);
      if (image == null && !entries.containsKey(name)) {
        lost.add(name);
      }
      spellings.putIfAbsent(name, row.image);
      Row before = kept.getOrDefault(name, row); // With itself nothing is in conflict.
      String conflict = row.conflict(before, name);
      if (conflict.isEmpty()) {
        Row one = before.entry.note.isEmpty() ? row : before;
        kept.put(name, one);
        entries.put(name, one.entry);
      } else {
        problems.add(row.number, conflict);
      }
    }
    problems.check("decide on one, and remove the other row");
  }

  private List<Row> read() {
    List<Row> found = new ArrayList<>();
    try (MappingIterator<List<String>> rows = rows(Files.readString(file))) {
      List<String> heading = rows.hasNextValue() ? rows.nextValue() : List.of();
      if (!isHeading(heading)) {
        throw new EmanException(
            file
                + ": expected a table with the columns image, label, note, as this command writes"
                + " it, found '"
                + Printable.escape(String.join(",", heading))
                + "'; name another file (--table)");
      }
      for (int row = 2; rows.hasNextValue(); row++) {
        List<String> cells = rows.nextValue();
        if (cells.stream().allMatch(String::isBlank)) {
          continue; // Such as an empty last line.
        }
        if (cells.size() != HEADING.size() || cells.get(0).isBlank()) {
          throw new EmanException(
              file
                  + ": row "
                  + row
                  + ": expected image, label, note; repair the row, or name"
                  + " another file (--table)");
        }
        found.add(new Row(row, cells.get(0), new Entry(cells.get(1).strip(), cells.get(2))));
      }
      return found;
    } catch (JsonProcessingException e) {
      throw new EmanException(
          file
              + ": expected a table in CSV, found: "
              + Printable.escape(e.getOriginalMessage())
              + "; repair it, or name another file (--table)",
          e);
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }

  /** In capitals or not, as training reads it. */
  private static boolean isHeading(List<String> cells) {
    return cells.stream().map(cell -> Ascii.toLowerCase(cell.strip())).toList().equals(HEADING);
  }

  private static boolean isHeading(String line, char separator) throws IOException {
    try (MappingIterator<List<String>> rows = rows(line, separator)) {
      return rows.hasNextValue() && isHeading(rows.nextValue());
    } catch (JsonProcessingException e) {
      return false; // What comes after a quoted cell is no such separator.
    }
  }

  /** Also of what a spreadsheet has saved: with a byte order mark, or other separators. */
  private static MappingIterator<List<String>> rows(String text) throws IOException {
    String content = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    String heading = content.lines().findFirst().orElse("");
    for (char separator : ImageTable.SEPARATORS) {
      if (isHeading(heading, separator)) {
        return rows(content, separator);
      }
    }
    return rows(content, COMMA);
  }

  private static MappingIterator<List<String>> rows(String content, char separator)
      throws IOException {
    return CSV.readerForListOf(String.class)
        .with(CsvSchema.emptySchema().withColumnSeparator(separator))
        .readValues(content);
  }

  private @Nullable Version versionNow() {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return new Version(found.size(), found.lastModifiedTime(), found.fileKey());
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }

  /** What is known of an image. */
  Entry get(String image) {
    return entries.getOrDefault(image, Entry.NONE);
  }

  /**
   * Changes an image's entry, on disk as well when this returns.
   *
   * @throws EmanException if the file cannot be written, or another program has; then nothing has
   *     changed
   */
  void put(String image, Entry entry) {
    if (!Objects.equals(version, versionNow())) {
      throw new EmanException(
          file
              + " was changed by another program since this one has read it; end this one and start"
              + " it again to go on with what is there now");
    }
    Entry before = get(image);
    entries.put(image, entry);
    try {
      save();
    } catch (RuntimeException e) {
      entries.put(image, before);
      throw e;
    }
  }

  private void save() {
    boolean tabs = Ascii.toLowerCase(file.toString()).endsWith(".tsv");
    AtomicFiles.saveString(file, text(ImmutableSet.of(), tabs ? '\t' : COMMA));
    version = versionNow();
  }

  /**
   * The table as a file has it.
   *
   * @param without images whose rows are left out
   * @param separator between cells
   */
  String text(Set<String> without, char separator) {
    StringWriter text = new StringWriter();
    CsvSchema schema = CsvSchema.emptySchema().withColumnSeparator(separator);
    try (SequenceWriter rows = CSV.writer(schema).writeValues(text)) {
      rows.write(HEADING);
      for (Map.Entry<String, Entry> row : entries.entrySet()) {
        if (!without.contains(row.getKey())) {
          String image = spellings.getOrDefault(row.getKey(), row.getKey());
          rows.write(List.of(image, row.getValue().label, row.getValue().note));
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e); // Writing to a string cannot fail.
    }
    return text.toString();
  }

  /** Images of rows that were not there, such as deleted or renamed ones. */
  ImmutableList<String> lost() {
    return ImmutableList.copyOf(lost);
  }

  /**
   * The classes that have labels, in the order of the images; also those of lost images alone,
   * which may come back under their names, so that classes keep their keys.
   */
  ImmutableList<String> classes() {
    return entries.values().stream()
        .map(Entry::label)
        .filter(label -> !label.isEmpty())
        .distinct()
        .collect(ImmutableList.toImmutableList());
  }

  Path file() {
    return file;
  }
}
