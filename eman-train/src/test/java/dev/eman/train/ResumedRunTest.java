package dev.eman.train;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.train.Checkpoint;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.ScheduleOptions;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Runs that become longer, and runs that end before their results are there. */
@Isolated // The data's fault is everybody's.
class ResumedRunTest {
  @TempDir private Path temporary;
  private Path folder;
  private RunFiles files;

  @BeforeEach
  void sound() {
    folder = temporary.resolve("a run");
    files = new RunFiles(folder);
    BreakableData.fault = BreakableData.Fault.NOTHING;
  }

  @AfterEach
  void repair() {
    BreakableData.fault = BreakableData.Fault.NOTHING;
  }

  private static TrainingOptions options(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--dataset=breakable",
                "--algorithm=supervised",
                "--labels=10/class",
                "--backbone=resnet8-w4",
                "--batch=4",
                "--steps=4",
                "--schedule=cosine",
                "--warmup=2",
                "--learning-rate=0.1",
                "--evaluate-every=3",
                "--workers=1"));
    arguments.addAll(List.of(more));
    return Texts.parse(arguments);
  }

  private static void finish(TrainingRun opened) {
    try (TrainingRun run = opened) {
      assertTrue(run.train());
      run.finish();
    }
  }

  private static OptionTexts changes(String... options) {
    OptionTexts texts = OptionTexts.empty();
    for (String option : options) {
      String[] parts = option.split("=", 2);
      texts = texts.with(parts[0], parts[1]);
    }
    return texts;
  }

  private TrainingRun resume(String... options) {
    return TrainingRun.resume(folder, false, changes(options));
  }

  @Test
  void resume_moreSteps_hasTheSchedulesOfThatLengthFromThereOn() throws IOException {
    Path whole = temporary.resolve("whole");
    finish(TrainingRun.start(options("--steps=8"), whole));
    finish(TrainingRun.start(options(), folder));
    assertTrue(files.isFinished());
    assertTrue(Files.exists(files.evaluation()));
    try (TrainingRun run = resume("steps=8")) {
      RunExtension extension = run.extension().orElseThrow();
      assertEquals(4, extension.step());
      assertEquals(0, extension.rateBefore(), 1e-9);
      assertEquals(0.075, extension.rateAfter(), 1e-9);
      assertEquals(
          "8 steps instead of 4; the learning rate after step 4 is 0.07500 instead of 0.000",
          extension.toString());
      assertFalse(files.isFinished(), "before its new end");
      assertFalse(Files.exists(files.evaluation()), "that of its former end");
      assertTrue(run.train());
      run.finish();
    }
    assertEquals(8, RunRecord.read(files).training().steps());
    List<String> longer = rates(folder);
    assertEquals(8, longer.size());
    assertEquals(rates(whole).subList(4, 8), longer.subList(4, 8), "no second warm-up");
    TrainingOptions now = OptionTexts.read(files.config()).resolve();
    assertEquals(options("--steps=8"), now);
  }

  /** The best, and the mean of the last, would be of two test sets. */
  @Test
  void resume_otherTestImages_refusedWhereTheyChoose() {
    finish(TrainingRun.start(options(), folder));
    assertEquals("TEST", RunRecord.read(files).measurement().testFingerprint());
    BreakableData.fault = BreakableData.Fault.OTHER_TEST_IMAGES;
    String refused =
        assertThrows(EmanException.class, () -> resume("steps=8").close()).getMessage();
    assertTrue(refused.contains("expected the test images that the run was measured on"), refused);
    assertTrue(refused.contains("found others in breakable"), refused);
    Path unmeasured = temporary.resolve("its first evaluation failed");
    BreakableData.fault = BreakableData.Fault.TEST_IMAGE_CORRUPT;
    try (TrainingRun run = TrainingRun.start(options(), unmeasured)) {
      assertThrows(EmanException.class, run::train);
    }
    assertEquals(3, Checkpoint.read(new RunFiles(unmeasured).last()).steps());
    BreakableData.fault = BreakableData.Fault.OTHER_TEST_IMAGES;
    finish(TrainingRun.resume(unmeasured)); // Such as with a damaged image replaced.
    Path chosen = temporary.resolve("chosen on validation images");
    BreakableData.fault = BreakableData.Fault.NOTHING;
    finish(TrainingRun.start(options("--validation=0.2"), chosen));
    BreakableData.fault = BreakableData.Fault.OTHER_TEST_IMAGES;
    finish(TrainingRun.resume(chosen, false, changes("steps=8")));
    assertEquals("others", RunRecord.read(new RunFiles(chosen)).measurement().testFingerprint());
  }

  @Test
  void resume_withOptionsOfANewRun_takesWhatMayChange() throws IOException {
    Path data = Files.createDirectories(temporary.resolve("data"));
    finish(TrainingRun.start(options("--limit-steps=2", "--data=" + data), folder));
    assertTrue(TrainingRun.isFinished(folder, options("--limit-steps=2", "--workers=2")));
    assertTrue(TrainingRun.isFinished(folder, options("--limit-steps=2", "--data=" + data)));
    assertTrue(TrainingRun.isFinished(folder, options("--limit-steps=2", "--data=" + folder)));
    assertFalse(TrainingRun.isFinished(folder, options()));
    finish(TrainingRun.resume(folder, options("--workers=2")));
    assertEquals(4, RunRecord.read(files).training().steps());
    TrainingOptions now = OptionTexts.read(files.config()).resolve();
    assertEquals(options("--workers=2", "--data=" + data), now, "a place not named stays");
    assertTrue(TrainingRun.isFinished(folder, options()));
  }

  @Test
  void resume_withOptionsOfAnotherRun_namesThem() {
    finish(TrainingRun.start(options(), folder));
    for (Map.Entry<String, String> other :
        Map.of(
                "--batch=8",
                "batch: expected 8, found 4",
                "--epochs=1",
                "epochs: expected 1, found none",
                "--unlabeled-data=" + temporary,
                "unlabeled-data: expected " + temporary + ", found none")
            .entrySet()) {
      TrainingOptions wanted = options(other.getKey());
      EmanException refused =
          assertThrows(EmanException.class, () -> TrainingRun.isFinished(folder, wanted));
      assertEquals(
          folder
              + " holds a run with other options ("
              + other.getValue()
              + "); give its own, move it away, or choose another folder (--out)",
          refused.getMessage());
      assertThrows(EmanException.class, () -> TrainingRun.resume(folder, wanted));
    }
  }

  @Test
  void resume_lastCheckpointGone_saysThatItStartsAgain() throws IOException {
    finish(TrainingRun.start(options(), folder));
    Files.delete(files.last());
    try (TrainingRun run = TrainingRun.resume(folder)) {
      assertEquals(0, run.state().algorithm().steps());
      assertTrue(run.notes().get(0).contains("no last.ckpt: it starts again"), "" + run.notes());
    }
  }

  /** A crash before the first checkpoint leaves rows that are not of the run that starts again. */
  @Test
  void resume_nothingSavedAndMetricsDamaged_startsAgainWithItsOwnEvents() throws IOException {
    Path whole = temporary.resolve("whole");
    for (Path path : List.of(whole, folder)) {
      finish(TrainingRun.start(options(), path));
    }
    List<String> metrics = Files.readAllLines(files.metrics());
    for (String row : List.of(metrics.get(1), "1,damaged")) {
      Files.write(files.metrics(), List.of(metrics.get(0), row));
      Files.delete(files.last());
      finish(TrainingRun.resume(folder));
      assertEquals(
          Files.size(new RunFiles(whole).events()), Files.size(files.events()), "no step twice");
      assertEquals(5, Files.readAllLines(files.metrics()).size());
    }
  }

  private static List<String> rates(Path run) throws IOException {
    return Files.readAllLines(new RunFiles(run).metrics()).stream()
        .skip(1)
        .map(row -> row.split(",", -1)[1])
        .toList();
  }

  @Test
  void resume_extensionInterrupted_goesOnExactlyWithoutTheOption() throws IOException {
    Path other = temporary.resolve("other");
    for (Path path : List.of(other, folder)) {
      finish(TrainingRun.start(options(), path));
    }
    finish(TrainingRun.resume(other, false, changes("steps=9")));
    try (TrainingRun run = resume("steps=9")) {
      run.stop();
      assertFalse(run.train());
    }
    assertEquals(4, Checkpoint.read(files.last()).steps());
    try (TrainingRun run = TrainingRun.resume(folder)) {
      assertTrue(run.extension().isEmpty());
      assertTrue(run.train());
    }
    assertArrayEquals(
        Files.readAllBytes(new RunFiles(other).last()), Files.readAllBytes(files.last()));
  }

  private void assertRefused(String expected, String... options) throws IOException {
    byte[] config = Files.readAllBytes(files.config());
    UsageException e = assertThrows(UsageException.class, () -> resume(options).close());
    assertTrue(String.valueOf(e.getMessage()).startsWith(expected), e::toString);
    assertArrayEquals(config, Files.readAllBytes(files.config()));
    assertTrue(files.isFinished());
  }

  @Test
  void resume_whatCannotChange_isRefusedByName() throws IOException {
    finish(TrainingRun.start(options(), folder));
    assertRefused("--steps: expected at least the 4 that this run has done, got 3", "steps=3");
    assertRefused("--learning-rate: cannot change when a run is resumed", "learning-rate=1");
    assertRefused("--set: cannot change when a run is resumed", "set=teacher=none");
    assertRefused("--epochs: the length of this run is in steps", "epochs=3");
  }

  /** As runs of fit: nothing would be trained, and the record would speak of the new length. */
  @Test
  void resume_moreStepsThanTheLimit_isRefusedWithoutAnotherLimit() throws IOException {
    finish(TrainingRun.start(options("--limit-steps=4"), folder));
    assertRefused("--steps: this run stops at --limit-steps 4", "steps=8");
    finish(resume("steps=8", "limit-steps=6"));
    assertEquals(6, RunRecord.read(files).training().steps());
    assertRefused(
        "--limit-steps: expected at least the 6 steps that this run has done, got 5",
        "limit-steps=5");
  }

  @Test
  void resume_lengthInEpochs_isChangedInEpochs() throws IOException {
    finish(TrainingRun.start(options("--epochs=1", "--warmup=0"), folder));
    assertRefused("--steps: the length of this run is in epochs", "steps=30");
    finish(resume("epochs=2"));
    assertEquals(10, RunRecord.read(files).training().steps());
    assertRefused(
        "--epochs: expected at least 2, as this run has done 10 steps and an epoch has 5, got 1",
        "epochs=1");
  }

  /** A new run is refused; that of a version that took them is not to be lost. */
  @Test
  void resume_milestonesAtItsEnd_goesOn() throws IOException {
    String[] step = {"--schedule=step", "--milestones=4", "--warmup=0"};
    Path other = temporary.resolve("new");
    TrainingOptions wrong = options(step);
    String refused =
        assertThrows(UsageException.class, () -> TrainingRun.start(wrong, other).close())
            .getMessage();
    assertTrue(refused.contains("expected milestones before step 4, the run's end"), refused);
    finish(TrainingRun.start(options("--schedule=step", "--milestones=2", "--warmup=0"), folder));
    String recorded = Files.readString(files.config());
    Files.writeString(
        files.config(), recorded.replaceFirst("(?m)^milestones: .*$", "milestones: 4"));
    assertNotEquals(recorded, Files.readString(files.config()));
    finish(resume("steps=6"));
    assertEquals(6, RunRecord.read(files).training().steps());
  }

  @Test
  void resume_unfinishedRun_canBeExtendedAndStartedWithout() throws IOException {
    Files.createDirectory(folder);
    Files.writeString(files.config(), OptionTexts.toYaml(options()));
    finish(resume("steps=5", "evaluate-every=0"));
    TrainingOptions now = OptionTexts.read(files.config()).resolve();
    assertEquals(5, now.schedule().steps());
    assertEquals(0, now.evaluation().evaluateEvery());
    assertEquals("5", OptionTexts.read(files.config()).text(ScheduleOptions.STEPS).orElseThrow());
  }

  @Test
  void train_corruptTestImage_losesNothingAndIsMadeUp() throws IOException {
    Path whole = temporary.resolve("whole");
    finish(TrainingRun.start(options("--evaluate-every=0"), whole));
    BreakableData.fault = BreakableData.Fault.TEST_IMAGE_CORRUPT;
    try (TrainingRun run = TrainingRun.start(options("--evaluate-every=0"), folder)) {
      EmanException e = assertThrows(IncompleteRunException.class, run::train);
      assertEquals(
          "the run is trained and saved, but its results lack the evaluation after the last step:"
              + " breakable/TEST/7: cannot be decoded; once that is put right, this makes them:"
              + " eman train --resume '"
              + folder
              + "' (or, without images that cannot be decoded, add --corrupt-images=skip)",
          e.getMessage());
    }
    assertEquals(4, Checkpoint.read(files.last()).steps());
    assertEquals(5, Files.readAllLines(files.metrics()).size());
    assertFalse(files.isFinished());
    RunRecord record = RunRecord.read(files);
    assertEquals(
        List.of("the evaluation after the last step: breakable/TEST/7: cannot be decoded"),
        record.missing());
    assertEquals(OptionalDouble.empty(), record.results().testTop1(Network.STUDENT));

    BreakableData.fault = BreakableData.Fault.NOTHING;
    finish(TrainingRun.resume(folder));
    assertTrue(files.isFinished());
    assertEquals(List.of(), RunRecord.read(files).missing());
    for (String file : List.of("last.ckpt", "best.ckpt")) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(folder.resolve(file)), file);
    }
    String row = Files.readAllLines(files.metrics()).get(4);
    assertEquals(columns(whole), columns(folder));
    assertFalse(row.endsWith(","), "the accuracies: " + row);
  }

  @Test
  void train_lastCheckpointCannotBeWritten_isNotSaidToBeSaved() throws IOException {
    try (TrainingRun run = TrainingRun.start(options("--evaluate-every=0"), folder)) {
      Files.createDirectories(files.last().resolve("in the way"));
      EmanException e = assertThrows(EmanException.class, run::train);
      assertFalse(e instanceof IncompleteRunException, e::toString);
      assertTrue(
          String.valueOf(e.getMessage()).startsWith("cannot write the checkpoint " + files.last()),
          e::toString);
    }
    assertFalse(Files.exists(files.record()));
  }

  @Test
  void train_neitherEvaluatedNorSaved_isNotSaidToBeSaved() throws IOException {
    BreakableData.fault = BreakableData.Fault.TEST_IMAGE_CORRUPT;
    try (TrainingRun run = TrainingRun.start(options("--evaluate-every=0"), folder)) {
      Files.createDirectories(files.last().resolve("in the way"));
      EmanException e = assertThrows(EmanException.class, run::train);
      assertFalse(e instanceof IncompleteRunException, e::toString);
      assertEquals(1, e.getSuppressed().length);
    }
    assertFalse(Files.exists(files.record()));
  }

  @Test
  void train_listenerOfTheLastCheckpointFails_isNotSaidToBeSaved() {
    RunListener failing =
        new RunListener() {
          @Override
          public void onCheckpoint(long step) {
            throw new EmanException("no place");
          }
        };
    try (TrainingRun run = TrainingRun.start(options("--evaluate-every=0"), folder, failing)) {
      EmanException e = assertThrows(EmanException.class, run::train);
      assertEquals("no place", e.getMessage());
    }
    assertFalse(Files.exists(files.record()));
  }

  @Test
  void train_bestCheckpointCannotBeWritten_isSavedAndMadeUp() throws IOException {
    Path whole = temporary.resolve("whole");
    finish(TrainingRun.start(options("--evaluate-every=0"), whole));
    Path inTheWay = files.best().resolve("in the way");
    try (TrainingRun run = TrainingRun.start(options("--evaluate-every=0"), folder)) {
      Files.createDirectories(inTheWay);
      EmanException e = assertThrows(IncompleteRunException.class, run::train);
      assertTrue(
          String.valueOf(e.getMessage()).contains("cannot write the checkpoint " + files.best()),
          e::toString);
    }
    assertEquals(4, Checkpoint.read(files.last()).steps());
    Files.delete(inTheWay);
    Files.delete(files.best());
    finish(TrainingRun.resume(folder));
    for (String file : List.of("last.ckpt", "best.ckpt")) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(folder.resolve(file)), file);
    }
  }

  private static List<String> columns(Path run) throws IOException {
    return List.of(Files.readAllLines(new RunFiles(run).metrics()).get(0).split(","));
  }

  @Test
  void finish_corruptImageOfTheTestSetAlone_isSaidInTheRecord() throws IOException {
    try (TrainingRun run = TrainingRun.start(options("--validation=0.2"), folder)) {
      assertTrue(run.train());
      BreakableData.fault = BreakableData.Fault.TEST_IMAGE_CORRUPT;
      assertThrows(IncompleteRunException.class, run::finish);
    }
    RunRecord record = RunRecord.read(files);
    assertTrue(record.missing().get(0).startsWith("the evaluation on the test set: "));
    assertTrue(record.results().student() != null, "on the validation images");
  }

  @Test
  void finishPart_fails_keepsTheResults() throws IOException {
    try (TrainingRun run = TrainingRun.start(options(), folder)) {
      assertTrue(run.train());
      RunResult result = run.finish();
      assertThrows(
          IncompleteRunException.class,
          () ->
              run.finishPart(
                  result,
                  "the map",
                  () -> {
                    throw new EmanException("too flat");
                  }));
      RunRecord record = RunRecord.read(files);
      assertEquals(List.of("the map: too flat"), record.missing());
      assertEquals(result.record().results(), record.results());
    }
    assertFalse(files.isFinished());
  }

  @Test
  void train_checkpointsByTime_changeNothingThatIsLearnt() {
    Path other = temporary.resolve("other");
    finish(TrainingRun.start(options("--checkpoint-minutes=0.00002"), folder));
    finish(TrainingRun.start(options("--checkpoint-minutes=0"), other));
    assertSameValues(
        RunCheckpoint.open(other, RunCheckpoint.Which.LAST).weights(Network.STUDENT).params(),
        RunCheckpoint.open(folder, RunCheckpoint.Which.LAST).weights(Network.STUDENT).params());
  }
}
