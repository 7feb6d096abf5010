package dev.eman.core.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.Supervised;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

/** A run that was stopped has a checkpoint of where it is, whenever the stop came. */
class TrainerStopTest {
  private final List<Long> saved = new ArrayList<>();
  private final StudentTeacherAlgorithm algorithm =
      new Supervised(
          new Student(
              Backbones.named("resnet8-w4", 1).classifier(2, 1), Sgd.decayingAll(0, false, 0)));

  /** Batches without end. */
  private static final class Same implements BatchSource {
    private final Batch batch = Batch.of(Nd4j.ones(2, 1, 4, 4), new int[] {0, 1});
    private long position;

    @Override
    public boolean hasNext() {
      return true;
    }

    @Override
    public Batch next() {
      position++;
      return batch;
    }

    @Override
    public long position() {
      return position;
    }
  }

  private Trainer trainer(long steps, long saveEvery, TrainingListener... more) {
    List<TrainingListener> listeners = new ArrayList<>(List.of(more));
    listeners.add(
        new TrainingListener() {
          @Override
          public void onCheckpoint(long step) {
            assertEquals(algorithm.steps(), step);
            saved.add(step);
          }
        });
    return Trainer.builder(algorithm, new Same())
        .schedule(LearningRateSchedule.constant(0.1))
        .steps(steps)
        .checkpointEvery(saveEvery)
        .listeners(listeners)
        .build();
  }

  @Test
  void stop_beforeTheFirstStep_saves() {
    Trainer trainer = trainer(5, 0);
    trainer.stop();
    assertFalse(trainer.run());
    assertEquals(List.of(0L), saved);
  }

  @Test
  void stop_afterTheStepsOwnCheckpoint_savesOnce() {
    Trainer[] stopped = new Trainer[1];
    TrainingListener stopping =
        new TrainingListener() {
          @Override
          public void onCheckpoint(long step) {
            stopped[0].stop();
          }
        };
    stopped[0] = trainer(6, 2, stopping);
    assertFalse(stopped[0].run());
    assertEquals(List.of(2L), saved);
  }

  @Test
  void stop_inAStep_savesBehindIt() {
    Trainer[] stopped = new Trainer[1];
    TrainingListener stopping =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            if (report.step() == 3) {
              stopped[0].stop();
            }
          }
        };
    stopped[0] = trainer(6, 2, stopping);
    assertFalse(stopped[0].run());
    assertEquals(List.of(2L, 3L), saved);
  }

  @Test
  void run_toTheEnd_savesOnceThere() {
    assertTrue(trainer(3, 0).run());
    assertEquals(List.of(3L), saved);
  }
}
