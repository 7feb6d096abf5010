package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.MoreFiles;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose folders and data are moved. */
class RunPlacesTest {
  @TempDir private Path temporary;

  private Path home() throws IOException {
    return Files.createDirectories(temporary.resolve("home"));
  }

  private static TrainingOptions options(Path data, String... more) {
    List<String> common =
        List.of(
            "--dataset=" + data,
            "--labels=2/class",
            "--algorithm=supervised",
            "--backbone=resnet8-w4",
            "--batch=2",
            "--steps=4",
            "--size=8",
            "--evaluate-every=0",
            "--map-images=0",
            "--workers=1");
    return Texts.parse(Stream.concat(common.stream(), Arrays.stream(more)).toList());
  }

  /** Starts a run and stops it after a step. */
  private static Path start(TrainingOptions options, Path run) {
    try (TrainingRun training = TrainingRun.start(options, run)) {
      training.stop();
      training.train();
    }
    return run;
  }

  private static void resume(Path run) {
    try (TrainingRun training = TrainingRun.resume(run)) {
      assertTrue(training.train());
      training.finish();
    }
  }

  @Test
  void toYaml_pathGivenFromTheWorkingFolder_isAbsolute() {
    Path here = Path.of("src/test");
    String yaml = OptionTexts.toYaml(options(here));
    assertEquals(
        here.toAbsolutePath().toString(),
        OptionTexts.ofYaml(yaml, "test").text(DataOptions.DATASET).orElseThrow());
    String name = OptionTexts.toYaml(options(Path.of("fashion-mnist-mini")));
    assertTrue(name.contains("dataset: fashion-mnist-mini\n"), name);
  }

  @Test
  void resume_runAndPhotosMovedTogether_findsThem() throws IOException {
    Path photos = Marsupials.make(home().resolve("photos"));
    Path labels = Files.writeString(home().resolve("labels.txt"), "0.png\n");
    start(options(photos, "--data=" + home()), home().resolve("runs/first"));
    Files.delete(labels);
    Path moved = temporary.resolve("moved");
    Files.move(home(), moved);
    Path run = moved.resolve("runs/first");
    resume(run);
    RunCheckpoint checkpoint = RunCheckpoint.open(run, Which.LAST);
    assertEquals(4, checkpoint.steps());
    assertEquals(moved.resolve("photos").toString(), checkpoint.options().data().dataset());
    assertEquals(moved, checkpoint.options().data().folder());
    try (RunState state = checkpoint.restore()) {
      assertEquals(4, state.split().labeled().length());
    }
  }

  @Test
  void resume_copyBesideTheOriginal_usesTheDataOfTheStart() throws IOException {
    Path photos = Marsupials.make(home().resolve("photos"));
    Path run = start(options(photos), home().resolve("runs/first"));
    Path copy = Files.createDirectories(temporary.resolve("copy/runs/first"));
    for (Path file : MoreFiles.listFiles(run)) {
      Files.copy(file, copy.resolve(file.getFileName()));
    }
    Marsupials.make(temporary.resolve("copy/photos"));
    RunCheckpoint checkpoint = RunCheckpoint.open(copy, Which.LAST);
    assertEquals(photos.toString(), checkpoint.options().data().dataset());
  }

  @Test
  void resume_photosGone_namesBothPlacesAndTheOption() throws IOException {
    Path photos = Marsupials.make(home().resolve("photos"));
    start(options(photos), home().resolve("runs/first"));
    MoreFiles.deleteRecursively(photos);
    Path moved = temporary.resolve("moved");
    Files.move(home(), moved);
    Path run = moved.resolve("runs/first");
    byte[] before = Files.readAllBytes(run.resolve("last.ckpt"));
    EmanException gone = assertThrows(EmanException.class, () -> TrainingRun.resume(run));
    assertEquals(
        "--dataset: expected the run's own at "
            + photos
            + ", where it was, or at "
            + moved.resolve("photos")
            + ", the same place relative to the run, found nothing; give its present place by"
            + " --dataset",
        gone.getMessage());
    assertThrows(EmanException.class, () -> RunCheckpoint.open(run, Which.LAST).restore());
    assertEquals(before.length, Files.size(run.resolve("last.ckpt")));
  }

  @Test
  void resume_labelsFileGone_isNotNeeded() throws IOException {
    Path photos = Marsupials.make(home().resolve("photos"));
    Path labels = Files.writeString(home().resolve("labels.txt"), "numbat/0.png\nquokka/1.png\n");
    Path run = start(options(photos, "--labels-file=" + labels), home().resolve("run"));
    Files.delete(labels);
    resume(run);
    assertTrue(Files.exists(run.resolve("run.json")));
  }

  @Test
  void checkpoint_runsSideBySide_haveTheSameBytes() throws IOException {
    Path photos = Marsupials.make(home().resolve("photos"));
    Path whole = home().resolve("runs/whole");
    try (TrainingRun training = TrainingRun.start(options(photos), whole)) {
      assertTrue(training.train());
      training.finish();
    }
    Path stopped = start(options(photos), home().resolve("runs/stopped"));
    resume(stopped);
    for (String file : List.of("config.yaml", "last.ckpt")) {
      assertEquals(-1, Files.mismatch(whole.resolve(file), stopped.resolve(file)), file);
    }
    assertEquals(
        RunRecord.read(new RunFiles(whole)).data(), RunRecord.read(new RunFiles(stopped)).data());
  }

  @Test
  void ofYaml_relativePaths_areCheckedAndBelongToTheirFolder() throws IOException {
    Path photos = Files.createDirectories(temporary.resolve("proj/photos"));
    Path config = temporary.resolve("proj/runs/first/config.yaml");
    Files.createDirectories(config.getParent());
    String rest = "dataset: /no/such/photos\nsteps: 7\n";
    Files.writeString(config, "relative-to-run:\n  dataset: ../../photos\n" + rest);
    OptionTexts texts = OptionTexts.read(config);
    assertEquals(photos.toString(), texts.text(DataOptions.DATASET).orElseThrow());
    texts.checkFound(DataOptions.PLACES);
    assertEquals(7, texts.resolve().schedule().steps());
    Files.delete(photos);
    OptionTexts gone = OptionTexts.read(config);
    assertThrows(EmanException.class, () -> gone.checkFound(DataOptions.PLACES));
    gone.with(DataOptions.DATASET, "elsewhere").checkFound(DataOptions.PLACES);
    gone.withoutMissing(DataOptions.DATASET).checkFound(DataOptions.PLACES);
    for (String wrong :
        List.of(
            "relative-to-run: 3\n",
            "relative-to-run:\n  dataset: /photos\n",
            "relative-to-run:\n  datasets: photos\n",
            "relative-to-run:\n  dataset: [photos]\n")) {
      UsageException e =
          assertThrows(UsageException.class, () -> OptionTexts.ofYaml(wrong, "config.yaml"));
      assertTrue(e.getMessage().startsWith("config.yaml: "), e.getMessage());
    }
    assertFalse(texts.resolved().contains("relative-to-run"));
  }
}
