package dev.eman.benchmarks.study;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import dev.eman.report.ErrorsTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** How many wrong labels a table of {@code eman errors} names. */
final class FoundErrors {
  private FoundErrors() {}

  /**
   * How many were found.
   *
   * @param named number of images named
   * @param right how many of these have a wrong label
   * @param all number of wrong labels
   */
  record Score(int named, int right, int all) {
    double precision() {
      return named == 0 ? 0 : (double) right / named;
    }

    double recall() {
      return all == 0 ? 0 : (double) right / all;
    }

    /** The harmonic mean of both. */
    double f1() {
      return named + all == 0 ? 0 : 2.0 * right / (named + all);
    }
  }

  static Score score(List<String> named, Set<String> wrong) {
    return new Score(
        named.size(), (int) named.stream().filter(wrong::contains).count(), wrong.size());
  }

  /** The share of wrong labels among the first that are named. */
  static double precisionAt(List<String> named, Set<String> wrong, int first) {
    return score(named.subList(0, first), wrong).precision();
  }

  /** The file names of the images whose label a table calls wrong, in its order. */
  static ImmutableList<String> labels(Path table) {
    return rows(table).stream()
        .filter(row -> row.size() > 2 && row.get(0).equals(ErrorsTable.LABEL))
        .map(row -> row.get(2).substring(row.get(2).lastIndexOf('/') + 1))
        .collect(ImmutableList.toImmutableList());
  }

  /** All rows of a CSV file, the first one too. */
  static List<List<String>> rows(Path file) {
    try (MappingIterator<List<String>> rows =
        new CsvMapper()
            .readerForListOf(String.class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .readValues(file.toFile())) {
      return rows.readAll();
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }
}
