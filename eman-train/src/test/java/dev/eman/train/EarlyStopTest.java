package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eman.core.UsageException;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that end when evaluations bring nothing new. */
class EarlyStopTest {
  private static final int STEPS = 400;

  @TempDir private Path temporary;

  /** A rate too small to learn with, so that the run cannot get better for long. */
  private static TrainingOptions options() {
    return Texts.parse(
        List.of(
            "--algorithm=supervised",
            "--labels=1/class",
            "--backbone=resnet8-w4",
            "--size=8",
            "--batch=4",
            "--learning-rate=0.000001",
            "--steps=" + STEPS,
            "--evaluate-every=4",
            "--checkpoint-every=6",
            "--early-stop=3",
            "--workers=1"));
  }

  private Path train(String name) {
    Path folder = temporary.resolve(name);
    try (TrainingRun run = TrainingRun.start(options(), folder)) {
      assertTrue(run.train());
      run.finish();
    }
    return folder;
  }

  @Test
  void train_noProgress_endsWithTheBest() {
    Path folder = train("run");
    RunCheckpoint last = RunCheckpoint.open(folder, Which.LAST);
    assertTrue(last.steps() < STEPS, () -> "steps " + last.steps());
    assertEquals(3, last.history().sinceBest());
    RunRecord record = RunRecord.read(new RunFiles(folder));
    assertEquals(last.steps(), record.training().steps());
    RunCheckpoint best = RunCheckpoint.openResult(folder);
    assertEquals(last.steps() - 12, best.steps());
    assertEquals(record.results().student().bestTop1(), record.results().testStudentTop1());
    assertTrue(new RunFiles(folder).isFinished());
  }

  @Test
  void openResult_oneEvaluationAfterTheBest_isTheBest() throws IOException {
    Path folder = temporary.resolve("run");
    TrainingOptions soon = OptionTexts.of(options()).with("early-stop", "1").resolve();
    try (TrainingRun run = TrainingRun.start(soon, folder)) {
      assertTrue(run.train());
      run.finish();
    }
    RunCheckpoint last = RunCheckpoint.open(folder, Which.LAST);
    assertEquals(1, last.history().sinceBest());
    RunCheckpoint best = RunCheckpoint.openResult(folder);
    assertEquals(last.steps() - 4, best.steps());
    assertEquals(best.steps(), RunRecord.read(new RunFiles(folder)).testedStep());
    byte[] content = Files.readAllBytes(last.file());
    String text = new String(content, StandardCharsets.ISO_8859_1);
    content[text.indexOf("optimizer", text.indexOf("student.names")) + 100] ^= 1;
    Files.write(last.file(), content);
    assertEquals(best.steps(), RunCheckpoint.openResult(folder).steps(), "without last's arrays");
  }

  @Test
  void card_endedEarly_hasTheAccuracyOfItsOwnCheckpoint() {
    Path folder = train("run");
    RunCheckpoint best = RunCheckpoint.openResult(folder);
    RunRecord record = RunRecord.read(new RunFiles(folder));
    assertEquals(best.steps(), record.testedStep());
    assertTrue(record.testedStep() < record.training().steps());
    JsonNode ofBest = new CardFacts(best, Network.STUDENT).toJson().path("accuracy");
    assertEquals("test set", ofBest.path("measured_on").asText());
    assertEquals(record.results().testStudentTop1(), ofBest.path("top1").asDouble());
    RunCheckpoint last = RunCheckpoint.open(folder, Which.LAST);
    JsonNode ofLast = new CardFacts(last, Network.STUDENT).toJson().path("accuracy");
    assertEquals(last.steps(), ofLast.path("measured_at_step").asLong(), ofLast::toString);
  }

  @Test
  void resume_stoppedBefore_sameBytes() throws IOException {
    Path whole = train("whole");
    Path folder = temporary.resolve("parts/whole");
    TrainingRun[] opened = new TrainingRun[1];
    RunListener stopper =
        new RunListener() {
          @Override
          public void onStep(StepReport report) {
            if (report.step() == 9) {
              opened[0].stop();
            }
          }
        };
    try (TrainingRun run = TrainingRun.start(options(), folder, stopper)) {
      opened[0] = run;
      assertFalse(run.train());
    }
    try (TrainingRun run = TrainingRun.resume(folder)) {
      assertTrue(run.train());
      run.finish();
    }
    for (String file : List.of("last.ckpt", "best.ckpt")) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(folder.resolve(file)), file);
    }
  }

  /** Else a run resumed with other evaluations would call a network best that it never measured. */
  @Test
  void train_killedAfterItsBest_isResumedThere() {
    Path folder = temporary.resolve("run");
    RunListener killer =
        new RunListener() {
          @Override
          public void onStep(StepReport report) {
            if (report.step() == 5) {
              throw new IllegalStateException("killed");
            }
          }
        };
    try (TrainingRun run = TrainingRun.start(options(), folder, killer)) {
      assertThrows(IllegalStateException.class, run::train);
    }
    assertTrue(Files.exists(new RunFiles(folder).last()), "else the best is taken for the last");
    RunCheckpoint last = RunCheckpoint.open(folder, Which.LAST);
    assertEquals(4, last.steps());
    assertEquals(4, RunCheckpoint.open(folder, Which.BEST).steps());
    assertEquals(4, last.history().lastStep());
  }

  @Test
  void resume_endedEarly_onlyWithoutIt() {
    Path folder = train("run");
    long before = RunCheckpoint.open(folder, Which.LAST).steps();
    try (TrainingRun run = TrainingRun.resume(folder)) {
      assertTrue(run.train());
    }
    assertEquals(before, RunCheckpoint.open(folder, Which.LAST).steps());
    OptionTexts longer = OptionTexts.empty().with("steps", Integer.toString(2 * STEPS));
    UsageException e =
        assertThrows(UsageException.class, () -> TrainingRun.resume(folder, false, longer).close());
    assertTrue(e.getMessage().startsWith("--early-stop: expected 0, or above 3,"), e::getMessage);
    assertTrue(new RunFiles(folder).isFinished());
    OptionTexts changes =
        OptionTexts.empty().with("early-stop", "0").with("steps", Long.toString(before + 2));
    try (TrainingRun run = TrainingRun.resume(folder, false, changes)) {
      assertTrue(run.train());
    }
    assertEquals(before + 2, RunCheckpoint.open(folder, Which.LAST).steps());
  }

  /** What is used later is what the results are of, wherever the option came from. */
  @Test
  void resume_finishedWithEarlyStop_lastCheckpointKnowsIt() {
    Path folder = temporary.resolve("run");
    TrainingOptions whole =
        OptionTexts.of(options()).with("early-stop", "0").with("steps", "24").resolve();
    try (TrainingRun run = TrainingRun.start(whole, folder)) {
      assertTrue(run.train());
      run.finish();
    }
    assertEquals(24, RunCheckpoint.openResult(folder).steps());
    OptionTexts changes = OptionTexts.empty().with("early-stop", "2");
    try (TrainingRun run = TrainingRun.resume(folder, false, changes)) {
      assertTrue(run.train());
      run.finish();
    }
    RunRecord record = RunRecord.read(new RunFiles(folder));
    assertTrue(record.testedStep() < 24, () -> "step " + record.testedStep());
    assertEquals(record.testedStep(), RunCheckpoint.openResult(folder).steps());
    RunCheckpoint last = RunCheckpoint.open(folder, Which.LAST);
    assertEquals(24, last.steps());
    assertEquals(2, last.options().evaluation().earlyStop());
  }

  @Test
  void options_neverEvaluated_isAMistake() {
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> Texts.parse(List.of("--early-stop=2", "--evaluate-every=0")));
    assertTrue(e.getMessage().contains("--evaluate-every above 0"), e.getMessage());
  }
}
