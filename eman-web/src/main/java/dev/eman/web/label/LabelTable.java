package dev.eman.web.label;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The labels of images as a table with the columns image, label and note, a row for each image,
 * also those without a label: with it, {@code train --dataset} has both parts. The file is replaced
 * as a whole after each change, so that whatever ends the program, it is there and complete.
 */
final class LabelTable {
  private static final ImmutableList<String> HEADING = ImmutableList.of("image", "label", "note");

  /** The note of images that somebody has passed over. */
  private static final String SKIPPED = "skipped";

  private static final CsvMapper CSV =
      CsvMapper.builder().enable(CsvParser.Feature.WRAP_AS_ARRAY).build();

  /**
   * What is known of an image.
   *
   * @param label empty without one
   * @param skipped whether somebody has passed it over
   */
  record Entry(String label, boolean skipped) {
    static final Entry NONE = new Entry("", false);
    static final Entry SKIP = new Entry("", true);

    static Entry of(String label) {
      return new Entry(label, false);
    }
  }

  private final Path file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private LabelTable(Path file) {
    this.file = file;
  }

  /**
   * Reads a table, or begins one.
   *
   * @param file that may not be there yet
   * @param images paths as they stand in the table; rows of others are kept as they are
   * @throws EmanException if the file is no such table
   */
  static LabelTable open(Path file, List<String> images) {
    LabelTable table = new LabelTable(file);
    images.forEach(image -> table.entries.put(image, Entry.NONE));
    if (Files.exists(file)) {
      table.read();
    }
    return table;
  }

  private void read() {
    try (MappingIterator<List<String>> rows =
        CSV.readerForListOf(String.class).readValues(Files.readString(file))) {
      List<String> heading = rows.hasNext() ? rows.next() : List.of();
      if (!heading.equals(HEADING)) {
        throw new EmanException(
            file
                + ": expected a table with the columns image, label, note, as this command writes"
                + " it, found '"
                + Printable.escape(String.join(",", heading))
                + "'; name another file (--table)");
      }
      for (int row = 2; rows.hasNext(); row++) {
        List<String> cells = rows.next();
        if (cells.size() != HEADING.size() || cells.get(0).isEmpty()) {
          throw new EmanException(
              file
                  + ": row "
                  + row
                  + ": expected image, label, note; repair the row, or name"
                  + " another file (--table)");
        }
        entries.put(cells.get(0), new Entry(cells.get(1), cells.get(2).equals(SKIPPED)));
      }
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
   * @throws EmanException if the file cannot be written; then nothing has changed
   */
  void put(String image, Entry entry) {
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
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADING);
    entries.forEach(
        (image, entry) -> rows.add(List.of(image, entry.label, entry.skipped ? SKIPPED : "")));
    StringBuilder text = new StringBuilder();
    try {
      for (List<String> row : rows) {
        text.append(CSV.writer().writeValueAsString(row));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e); // Writing to a string cannot fail.
    }
    AtomicFiles.saveString(file, text.toString());
  }

  /** The classes that have labels, in the order of the images. */
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
