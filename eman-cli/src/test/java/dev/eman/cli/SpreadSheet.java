package dev.eman.cli;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tables as other programs read them. */
final class SpreadSheet {
  private SpreadSheet() {}

  static List<List<String>> read(Path file) throws IOException {
    List<List<String>> table = new ArrayList<>();
    try (MappingIterator<String[]> rows =
        new CsvMapper()
            .readerFor(String[].class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .readValues(Files.readString(file))) {
      rows.forEachRemaining(row -> table.add(List.of(row)));
    }
    return table;
  }
}
