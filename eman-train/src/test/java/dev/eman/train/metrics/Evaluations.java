package dev.eman.train.metrics;

import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.eval.Evaluator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/** Evaluations with a wanted accuracy. */
public final class Evaluations {
  private Evaluations() {}

  /** Ten images of class 0, of which some are recognised. */
  public static Evaluation tenths(int right) {
    float[][] logits = new float[10][2];
    for (int i = 0; i < 10; i++) {
      logits[i][i < right ? 0 : 1] = 1;
    }
    BatchSource once =
        new BatchSource() {
          private boolean given;

          @Override
          public boolean hasNext() {
            return !given;
          }

          @Override
          public Batch next() {
            given = true;
            return Batch.of(Nd4j.zeros(10, 1, 1, 1), new int[10]);
          }

          @Override
          public long position() {
            return 0;
          }
        };
    return Evaluator.evaluate(once, 2, List.of(images -> Nd4j.createFromArray(logits))).get(0);
  }

  /** A report of a student and perhaps a teacher, in tenths. */
  public static EvaluationReport report(long step, int student, @Nullable Integer teacher) {
    return new EvaluationReport(step, tenths(student), teacher == null ? null : tenths(teacher));
  }
}
