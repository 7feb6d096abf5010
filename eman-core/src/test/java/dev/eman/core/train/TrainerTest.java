package dev.eman.core.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.NonFiniteException;
import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.NonFiniteLossException;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.Supervised;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.eval.LargeWeights;
import dev.eman.core.eval.NetworkEvaluation;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What is called when. */
class TrainerTest {
  private final List<String> events = new ArrayList<>();
  private final StudentTeacherAlgorithm algorithm =
      new Supervised(
          new Student(
              Backbones.named("tiny-cnn", 1).classifier(2, 1), Sgd.decayingAll(0, false, 0)));

  /** The same batch, as often as it is said; notes that it was closed. */
  private final class Batches implements BatchSource {
    private final Batch batch = Batch.of(Nd4j.ones(2, 1, 4, 4), new int[] {0, 1});
    private long left;
    private long position;

    Batches(long count) {
      left = count;
    }

    @Override
    public boolean hasNext() {
      return left > 0;
    }

    @Override
    public Batch next() {
      if (left-- <= 0) {
        throw new NoSuchElementException();
      }
      return batch;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void close() {
      events.add("closed");
    }
  }

  private TrainingListener noting(String name) {
    return new TrainingListener() {
      @Override
      public void onEvaluation(EvaluationReport report) {
        events.add(name + " evaluated " + report.step() + " on " + report.deployed().count());
      }

      @Override
      public void onCheckpoint(long step) {
        events.add(name + " saved " + step);
      }
    };
  }

  private Trainer.Builder builder() {
    return Trainer.builder(algorithm, new Batches(Long.MAX_VALUE))
        .schedule(LearningRateSchedule.constant(0.1))
        .steps(5);
  }

  @Test
  void run_intervals_evaluatesBeforeItSavesAndAlsoAtTheEnd() {
    boolean ended =
        builder()
            .evaluateEvery(2)
            .checkpointEvery(4)
            .evaluation(NetworkEvaluation.ofClassifiers(algorithm, 2), () -> new Batches(3))
            .listeners(List.of(noting("a"), noting("b")))
            .build()
            .run();
    assertTrue(ended);
    assertEquals(
        List.of(
            "closed",
            "a evaluated 2 on 6",
            "b evaluated 2 on 6",
            "closed",
            "a evaluated 4 on 6",
            "b evaluated 4 on 6",
            "a saved 4",
            "b saved 4",
            "closed",
            "a evaluated 5 on 6",
            "b evaluated 5 on 6",
            "a saved 5",
            "b saved 5"),
        events);
  }

  @Test
  void run_worthKeeping_savesAfterTheEvaluation() {
    builder()
        .evaluateEvery(2)
        .evaluation(NetworkEvaluation.ofClassifiers(algorithm, 2), () -> new Batches(1))
        .checkpointWhen(() -> events.contains("a evaluated 4 on 2") && algorithm.steps() < 5)
        .listeners(List.of(noting("a")))
        .build()
        .run();
    assertEquals(
        List.of(
            "a evaluated 2 on 2",
            "a evaluated 4 on 2",
            "a saved 4",
            "a evaluated 5 on 2",
            "a saved 5"),
        events.stream().filter(event -> !event.equals("closed")).toList());
  }

  @Test
  void run_defaults_evaluatesNothingAndSavesAtTheEnd() {
    builder().listeners(List.of(noting("a"))).evaluateEvery(1).build().run();
    assertEquals(List.of("a saved 5"), events);
  }

  @Test
  void run_evaluationThatFails_closesItsImagesAndSaves() {
    NetworkEvaluation failing =
        images -> {
          throw new UnsupportedOperationException("not today");
        };
    Trainer trainer =
        builder()
            .evaluateEvery(3)
            .evaluation(failing, () -> new Batches(1))
            .listeners(List.of(noting("a")))
            .build();
    assertThrows(UnsupportedOperationException.class, trainer::run);
    assertEquals(List.of("closed", "a saved 3"), events);
  }

  @Test
  void run_listenerOfAnEvaluationFails_saves() {
    TrainingListener failing =
        new TrainingListener() {
          @Override
          public void onEvaluation(EvaluationReport report) {
            throw new UnsupportedOperationException("not today");
          }
        };
    Trainer trainer =
        builder()
            .evaluateEvery(3)
            .evaluation(NetworkEvaluation.ofClassifiers(algorithm, 2), () -> new Batches(1))
            .listeners(List.of(failing, noting("a")))
            .build();
    assertThrows(UnsupportedOperationException.class, trainer::run);
    assertEquals(List.of("closed", "a saved 3"), events);
  }

  /** Its weights are finite, but a run that resumes from them would fail again and again. */
  @Test
  void run_outputsNotFinite_keepsTheCheckpointBefore() {
    Trainer trainer =
        builder()
            .evaluateEvery(3)
            .checkpointEvery(2)
            .evaluation(NetworkEvaluation.ofClassifiers(algorithm, 2), () -> new Batches(3))
            .step(
                (batch, rate) -> {
                  algorithm.setSteps(algorithm.steps() + 1);
                  if (algorithm.steps() == 3) {
                    LargeWeights.assign(algorithm.student().parameters());
                    algorithm.student().parametersChanged();
                  }
                  return ImmutableMap.of();
                })
            .listeners(List.of(noting("a")))
            .build();
    NonFiniteException failure = assertThrows(NonFiniteException.class, trainer::run);
    assertTrue(failure.getMessage().startsWith("the student's output"), failure.getMessage());
    assertEquals(List.of("a saved 2", "closed"), events);
  }

  @Test
  void run_resumedAfterAnEvaluationThatFailed_makesItUp() {
    for (long evaluated : new long[] {3, 0}) {
      algorithm.setSteps(3);
      builder()
          .steps(4)
          .evaluateEvery(3)
          .evaluated(evaluated)
          .evaluation(NetworkEvaluation.ofClassifiers(algorithm, 2), () -> new Batches(3))
          .listeners(List.of(noting("a")))
          .build()
          .run();
    }
    List<String> rest = List.of("closed", "a evaluated 4 on 6", "a saved 4");
    assertEquals(rest, events.subList(0, 3));
    assertEquals(List.of("closed", "a evaluated 3 on 6", "a saved 3"), events.subList(3, 6));
    assertEquals(rest, events.subList(6, 9));
  }

  @Test
  void run_timeHasPassed_savesInAddition() {
    AtomicLong clock = new AtomicLong(-7); // System.nanoTime may be negative.
    TrainingListener minutes =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            clock.addAndGet(Duration.ofMinutes(2).toNanos());
          }
        };
    for (int limit : new int[] {0, 5}) {
      algorithm.setSteps(0);
      builder()
          .steps(8)
          .checkpointEvery(4)
          .checkpointEvery(Duration.ofMinutes(limit))
          .clock(clock::get)
          .listeners(List.of(minutes, noting(limit + " minutes")))
          .build()
          .run();
    }
    assertEquals(
        List.of(
            "0 minutes saved 4",
            "0 minutes saved 8",
            "5 minutes saved 3",
            "5 minutes saved 4",
            "5 minutes saved 7",
            "5 minutes saved 8"),
        events);
  }

  @Test
  void run_twoIntervals_savesAtBothOnceEach() {
    builder()
        .steps(7)
        .checkpointEvery(4)
        .alsoCheckpointEvery(2)
        .listeners(List.of(noting("a")))
        .build()
        .run();
    assertEquals(List.of("a saved 2", "a saved 4", "a saved 6", "a saved 7"), events);
  }

  @Test
  void run_stepOfItsOwn_isCalledWithTheScheduledRate() {
    builder()
        .schedule(LearningRateSchedule.constant(0.25))
        .steps(2)
        .step(
            (batch, rate) -> {
              events.add("step at " + rate);
              ImmutableMap<String, Double> scalars = algorithm.step(batch, 2, rate);
              return scalars;
            })
        .build()
        .run();
    assertEquals(List.of("step at 0.25", "step at 0.25"), events);
  }

  /** Schedules of one's own go on where a run is resumed, and are reported as they are. */
  @Test
  void run_schedulesOfOnesOwn_areFollowedAndReported() {
    Student student = algorithm.student();
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED);
    TeacherUpdate update = new TeacherUpdate(student, teacher, t -> t % 2 == 0 ? 0.25 : 1);
    StudentTeacherAlgorithm followed = new Supervised(student, teacher, update);
    followed.setSteps(3);
    update.setUpdates(3);
    LearningRateSchedule triangle = t -> 0.5 * (2 - Math.abs(t % 4 - 2.0));
    INDArray before = teacher.parameters().vector().dup();
    TrainingListener noting =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            boolean moved = !before.equals(teacher.parameters().vector());
            events.add(report.step() + " at " + report.learningRate() + ", moved " + moved);
          }
        };
    Trainer.builder(followed, new Batches(2))
        .schedule(triangle)
        .steps(5)
        .listeners(List.of(noting))
        .build()
        .run();
    assertEquals(List.of("4 at 0.5, moved false", "5 at 0.0, moved true"), events);
  }

  @Test
  void run_weightsNotFiniteAfterAStep_neitherMeasuredNorSaved() {
    for (long bad : new long[] {3, 5}) {
      algorithm.setSteps(0);
      events.clear();
      Trainer trainer =
          builder()
              .evaluateEvery(3)
              .checkpointEvery(2)
              .evaluation(NetworkEvaluation.ofClassifiers(algorithm, 2), () -> new Batches(3))
              .step(
                  (batch, rate) -> {
                    algorithm.setSteps(algorithm.steps() + 1);
                    double weight = algorithm.steps() == bad ? Double.NaN : 0.5;
                    algorithm.student().parameters().vector().putScalar(7, weight);
                    return ImmutableMap.of();
                  })
              .listeners(List.of(noting("a")))
              .build();
      NonFiniteLossException failure = assertThrows(NonFiniteLossException.class, trainer::run);
      assertTrue(
          failure.getMessage().startsWith("step " + bad + ": weights of the student are NaN"),
          failure.getMessage());
      assertTrue(events.stream().noneMatch(event -> event.contains(" " + bad)), events::toString);
      assertTrue(events.contains("a saved 2"), events::toString);
    }
  }

  @Test
  void run_resumed_doesTheStepsThatAreLeft() {
    algorithm.setSteps(3);
    List<Long> steps = new ArrayList<>();
    TrainingListener counting =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            steps.add(report.step());
          }
        };
    builder().listeners(List.of(counting)).build().run();
    assertEquals(List.of(4L, 5L), steps);
  }

  @Test
  void run_stateThatCannotBeSaved_failsBeforeTheFirstStep() {
    StudentTeacherAlgorithm forgetful =
        new StudentTeacherAlgorithm(algorithm.student()) {
          @Override
          protected LossTerms computeLoss(StepContext context) {
            throw new UnsupportedOperationException();
          }

          @Override
          protected Map<String, INDArray> state() {
            return Map.of("q", Nd4j.zeros(2));
          }
        };
    Trainer trainer =
        Trainer.builder(forgetful, new Batches(1))
            .schedule(LearningRateSchedule.constant(0.1))
            .steps(1)
            .build();
    assertThrows(IllegalStateException.class, trainer::run);
  }

  @Test
  void run_sourceBehindTheSteps_isWarnedOf() {
    List<String> warnings = new ArrayList<>();
    algorithm.setSteps(3);
    for (long position : new long[] {3, 4, 0}) {
      Batches source = new Batches(1);
      source.position = position;
      Trainer.builder(algorithm, source)
          .schedule(LearningRateSchedule.constant(0.1))
          .steps(3)
          .warnings(warnings::add)
          .build()
          .run();
      assertEquals(position == 0 ? 1 : 0, warnings.size(), warnings::toString);
    }
    String warning = warnings.get(0);
    assertTrue(warning.startsWith("after step 3: expected a source of batches that begins at 3,"));
    assertTrue(warning.contains("found one at 0; to resume, open it at the checkpoint's position"));
  }

  @Test
  void build_impossibleOrMissing_isNamed() {
    Trainer.Builder empty = Trainer.builder(algorithm, new Batches(1));
    assertTrue(messageOf(empty).contains("no schedule and 0 steps"), messageOf(empty));
    empty.schedule(LearningRateSchedule.constant(1));
    assertTrue(messageOf(empty).contains("a schedule and 0 steps"), messageOf(empty));
    assertThrows(IllegalArgumentException.class, () -> empty.steps(0));
    assertThrows(IllegalArgumentException.class, () -> empty.evaluateEvery(-1));
    assertThrows(IllegalArgumentException.class, () -> empty.checkpointEvery(-1));
    assertThrows(IllegalArgumentException.class, () -> empty.alsoCheckpointEvery(-1));
    for (long days : new long[] {-1, 200_000}) {
      assertThrows(
          IllegalArgumentException.class, () -> empty.checkpointEvery(Duration.ofDays(days)));
    }
  }

  private static String messageOf(Trainer.Builder builder) {
    return String.valueOf(assertThrows(IllegalStateException.class, builder::build).getMessage());
  }
}
