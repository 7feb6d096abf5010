package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.train.options.TrainingOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TrainCommandTest {
  @ParameterizedTest
  @CsvSource({
    "--epochs=2, --steps: expected no --epochs beside it",
    "--milestones=2, --milestones: expected --schedule step beside it",
    "--images=some, --images: expected a table"
  })
  void options_withoutEffect_areMistakes(String option, String expected, @TempDir Path folder) {
    MainAccess result =
        MainAccess.run(
            "train",
            "--dataset=fashion-mnist-mini",
            "--backbone=resnet8-w4",
            "--limit-steps=1",
            "--steps=1",
            option,
            "--out=" + folder.resolve("run"));
    assertEquals(2, result.exitCode(), result.out());
    assertTrue(result.err().contains(expected), result.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"byol", "moco-v3"})
  void oneImageAPart_headsNormaliseOverIt_isAMistake(String algorithm, @TempDir Path folder) {
    MainAccess result =
        MainAccess.run(
            "train",
            "--algorithm=" + algorithm,
            "--dataset=fashion-mnist-mini",
            "--backbone=resnet8-w4",
            "--steps=1",
            "--batch=2",
            "--accumulate=2",
            "--out=" + folder.resolve("run"));
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains("--batch"), result.err());
    assertTrue(result.err().contains("--accumulate"), result.err());
    assertFalse(Files.exists(folder.resolve("run")), "a folder was left");
  }

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
