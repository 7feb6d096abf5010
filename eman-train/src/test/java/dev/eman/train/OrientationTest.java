package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.image.Orientation;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.OrientationRule;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which photos a run turns, by data set, and what later commands make of it. */
class OrientationTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "folder, auto, EXIF, EXIF, photos are turned as their EXIF orientation says",
    "folder, ignore, IGNORE, IGNORE, photos are taken as stored",
    "imagenet, auto, IGNORE, IGNORE, photos are taken as stored",
    "imagenet, exif, EXIF, EXIF, photos are turned",
    "cifar10, auto, IGNORE, EXIF, ''",
    "cifar10, ignore, IGNORE, IGNORE, ''",
  })
  void provider_ruleOfRun_byDataSet(
      String dataset, String rule, Orientation images, Orientation files, String note)
      throws IOException {
    Files.createDirectories(folder.resolve("train/cat"));
    DataOptions options =
        TrainingOptions.builder("fixmatch")
            .dataset(dataset.equals("folder") ? folder.toString() : dataset)
            .parse(DataOptions.ORIENTATION, rule)
            .build()
            .data();
    DatasetProvider provider = options.provider();
    assertEquals(images, provider.orientation());
    assertEquals(files, options.ofFiles(provider));
    String said = options.orientationNote(provider).orElse("");
    assertTrue(note.isEmpty() ? said.isEmpty() : said.startsWith(note), said);
  }

  /** Presets of views say nothing of it. */
  @Test
  void provider_viewsAsPublished_folderIsTurnedAllTheSame() throws IOException {
    Files.createDirectories(folder.resolve("train/cat"));
    OptionTexts texts =
        OptionTexts.empty().with("dataset", folder.toString()).with("weak", "imagenet-train");
    assertEquals(Orientation.EXIF, texts.resolve().data().provider().orientation());
  }

  @Test
  void asRecorded_configurationOfAnEarlierVersion_ignores() {
    OptionTexts early = OptionTexts.ofYaml("dataset: cifar10", "config.yaml");
    assertEquals(OrientationRule.AUTO, early.resolve().data().orientation());
    assertEquals(OrientationRule.IGNORE, early.asRecorded().resolve().data().orientation());
    OptionTexts now = OptionTexts.ofYaml(OptionTexts.toYaml(early.resolve()), "config.yaml");
    assertEquals(OrientationRule.AUTO, now.asRecorded().resolve().data().orientation());
  }

  @Test
  void run_ofPhotosOnTheSide_recordsThatTheyAreTurned() throws IOException {
    Path photos = folder.resolve("photos");
    Photos.classes(photos.resolve("train"), 2, 2);
    Photos.classes(photos.resolve("test"), 2, 1);
    Path run = folder.resolve("run");
    List<String> options =
        List.of(
            "--algorithm=supervised",
            "--dataset=" + photos,
            "--labels=1/class",
            "--backbone=resnet8-w4",
            "--size=16",
            "--steps=1",
            "--batch=2",
            "--workers=1");
    try (TrainingRun started = TrainingRun.start(Texts.parse(options), run)) {
      assertTrue(started.state().orientationNote().isPresent());
      assertTrue(started.train());
      assertEquals("exif", started.finish().record().data().orientation());
    }
    assertEquals("exif", RunRecord.read(new RunFiles(run)).data().orientation());
    RunCheckpoint checkpoint = RunCheckpoint.open(run, RunCheckpoint.Which.LAST);
    assertEquals(Orientation.EXIF, checkpoint.orientation());
    assertEquals(OrientationRule.AUTO, checkpoint.options().data().orientation());
  }
}
