package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.eval.Evaluator;
import dev.eman.core.train.TrainingListener.StepReport;
import dev.eman.train.RunListener.RunStart;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class ProgressLinesTest {
  private final StringWriter out = new StringWriter();
  private long seconds = -100; // The clock may have any origin.
  private final ProgressLines progress =
      new ProgressLines(new PrintWriter(out), false, () -> Duration.ofSeconds(seconds).toNanos());

  private void step(long step, int duration) {
    seconds += duration;
    progress.onStep(new StepReport(step, 0.1, ImmutableMap.of("loss", 1.5), duration, 0));
  }

  @Test
  void onStep_halfAMinutePassed_saysWhereItIs() {
    progress.onStart(new RunStart(Path.of("runs/a"), 0, 1500));
    step(1, 10);
    step(2, 10);
    assertEquals("", out.toString());
    step(3, 10);
    step(4, 10);
    assertEquals(
        "a: step 3 of 1,500 (0%), loss 1.500; 0.1 steps/s, 4.2 hours left" + System.lineSeparator(),
        out.toString());
  }

  @Test
  void onEvaluation_saysWhatIsMeasured_andCountsAsALine() {
    progress.onStart(new RunStart(Path.of("runs/a"), 180, 200));
    progress.measures("accuracy on the test set");
    step(181, 5);
    seconds += 5; // The evaluation's.
    Evaluation half = half();
    progress.onEvaluation(new EvaluationReport(181, half, half));
    step(182, 15);
    assertEquals(
        "a: step 181 of 200 (90%), accuracy on the test set: student 50.00%, teacher 50.00%;"
            + " 0.2 steps/s, 3 min left"
            + System.lineSeparator(),
        out.toString());
  }

  /** Of one image for each of two classes, both taken for the first. */
  private static Evaluation half() {
    BatchSource images =
        new BatchSource() {
          private boolean given;

          @Override
          public boolean hasNext() {
            return !given;
          }

          @Override
          public Batch next() {
            given = true;
            return Batch.of(Nd4j.zeros(2, 1, 1, 1), new int[] {0, 1});
          }

          @Override
          public long position() {
            return 0;
          }

          @Override
          public void close() {}
        };
    return Evaluator.evaluate(images, 2, List.of(batch -> Nd4j.zeros(2, 2))).get(0);
  }

  @Test
  void rough_anyLength_isReadable() {
    assertEquals("0 s", Durations.rough(0.4));
    assertEquals("89 s", Durations.rough(89));
    assertEquals("2 min", Durations.rough(91));
    assertEquals("1.5 hours", Durations.rough(5400));
    assertEquals("47.5 hours", Durations.rough(171_000));
    assertEquals("1,000.0 days", Durations.rough(86_400_000));
  }
}
