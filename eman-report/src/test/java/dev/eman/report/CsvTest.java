package dev.eman.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
  @Test
  void table_plainCells_areNotQuoted() {
    assertEquals(
        "file,class1,probability1\na/b-c.png,T-shirt/top,0.500000\n",
        Csv.table(
            List.of(
                List.of("file", "class1", "probability1"),
                List.of("a/b-c.png", "T-shirt/top", "0.500000"))));
  }

  @Test
  void table_commasQuotesAndLineBreaks_areQuoted() {
    assertEquals(
        "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\"back\rhome\",\n",
        Csv.table(List.of(List.of("a,b", "say \"x\"", "two\nlines", "back\rhome", ""))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a,b", "\"", "\n", "\r\n", "a\rb", " a ", "\t", "#a", "'", "\\n", "ü猫🐈", "a;b"})
  void table_anyCell_isReadBackAsItWas(String cell) throws IOException {
    try (MappingIterator<String[]> rows =
        new CsvMapper()
            .readerFor(String[].class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .readValues(Csv.table(List.of(List.of(cell, "x"), List.of("y", cell))))) {
      assertEquals(List.of(cell, "x"), List.of(rows.next()));
      assertEquals(List.of("y", cell), List.of(rows.next()));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"=1+1", "+1", "-1", "@A1", "\tx", "\rx", "\nx", "\uff1d1", "\uff0b1", "\uff0d1"})
  void text_couldBeAFormula_hasAQuoteInFront(String cell) {
    assertEquals("'" + cell, Csv.text(cell));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a=1", "images/=1.png", "'", " ", "1"})
  void text_other_isTheSame(String cell) {
    assertEquals(cell, Csv.text(cell));
  }
}
