package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.train.options.TrainingOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TrainCommandTest {
  @ParameterizedTest
  @CsvSource({
    "cifar10, cifar10",
    "./my photos, my photos",
    "photos.csv, photos",
    "tables/Photos.TSV, Photos",
    "photos.v2, photos.v2"
  })
  void dataName_dataset_nameOfItsFolderOrTable(String dataset, String expected) {
    assertEquals(
        expected,
        TrainCommand.dataName(TrainingOptions.builder("supervised").dataset(dataset).build()));
  }
}
