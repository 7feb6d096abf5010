package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.train.Checkpoint;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.metrics.Evaluations;
import dev.eman.train.metrics.History;
import dev.eman.train.options.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointListenerTest {
  @TempDir private Path folder;
  private RunFiles files;
  private final History history = new History(Network.TEACHER);
  private RunState state;
  private BatchPipeline batches;

  @BeforeEach
  void open() {
    files = new RunFiles(folder);
    state =
        RunState.open(
            Texts.parse(
                List.of(
                    "--dataset=fashion-mnist-mini",
                    "--algorithm=supervised",
                    "--backbone=resnet8-w4",
                    "--labels=2/class",
                    "--batch=4",
                    "--workers=1")),
            null,
            null);
    batches = state.training();
  }

  @AfterEach
  void close() {
    batches.close();
    state.close();
  }

  private CheckpointListener listener(long keepEvery) {
    return new CheckpointListener(
        files, state.algorithm(), batches, history, Map.of("version", "7"), keepEvery);
  }

  private void step() {
    state.algorithm().step(batches.next(), 0.01);
  }

  @Test
  void onEvaluation_betterThanEver_isTheBest() {
    CheckpointListener listener = listener(0);
    step();
    listener.onEvaluation(Evaluations.report(1, 5, null));
    step();
    listener.onEvaluation(Evaluations.report(2, 4, null));
    assertEquals(1, Checkpoint.read(files.best()).steps());
    step();
    listener.onEvaluation(Evaluations.report(3, 6, null));
    Checkpoint best = Checkpoint.read(files.best());
    assertEquals(3, best.steps());
    assertEquals(history.toText(), best.require("history"), "this evaluation included");
    assertFalse(Files.exists(files.last()));
  }

  @Test
  void onCheckpoint_last_hasStateFactsAndPosition() {
    step();
    step();
    listener(0).onCheckpoint(2);
    Checkpoint last = Checkpoint.read(files.last());
    assertEquals(2, last.steps());
    assertEquals(2, last.position());
    assertEquals("7", last.require("version"));
    assertEquals("", last.require("history"));
    assertFalse(Files.exists(files.atStep(2)));
    assertFalse(Files.exists(files.best()));
  }

  @Test
  void onCheckpoint_keepEvery_keepsThoseAlone() {
    CheckpointListener listener = listener(4);
    for (long step = 2; step <= 8; step += 2) {
      listener.onCheckpoint(step);
    }
    assertTrue(Files.exists(files.atStep(4)));
    assertTrue(Files.exists(files.atStep(8)));
    assertFalse(Files.exists(files.atStep(2)));
    assertFalse(Files.exists(files.atStep(6)));
  }
}
