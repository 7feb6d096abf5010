package dev.eman.spark.ml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.OptionTexts;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFileTest {
  @TempDir private Path folder;

  /** A rate too small to learn with, so that the second evaluation is no better. */
  private Path endedEarly() {
    Path run = folder.resolve("run");
    OptionTexts texts =
        OptionTexts.empty()
            .with("algorithm", "supervised")
            .with("dataset", "fashion-mnist-mini")
            .with("labels", "1/class")
            .with("backbone", "resnet8-w4")
            .with("size", "8")
            .with("batch", "4")
            .with("learning-rate", "0.000001")
            .with("steps", "100")
            .with("evaluate-every", "1")
            .with("early-stop", "1");
    try (TrainingRun training = TrainingRun.start(texts.resolve(), run)) {
      assertTrue(training.train());
      training.finish();
    }
    return run;
  }

  @Test
  void read_runThatEndedEarly_isTheBestAsForAllCommands() {
    Path run = endedEarly();
    long last = RunCheckpoint.open(run, Which.LAST).steps();

    long read = CheckpointFile.read(run.toString(), new Configuration()).open().steps();

    assertEquals(last - 1, read);
    assertEquals(RunCheckpoint.openResult(run).steps(), read);
  }
}
