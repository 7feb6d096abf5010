package dev.eman.core.eval;

import com.google.common.collect.ImmutableList;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs classifiers over images with labels, in inference mode. */
public final class Evaluator {
  /** A network in inference mode. */
  @FunctionalInterface
  public interface Classifier {
    /** Images {@code [N, C, H, W]} to logits {@code [N, K]}, valid until the next call. */
    INDArray logits(INDArray images);

    /** A student's first output. */
    static Classifier of(Student student) {
      return images -> student.infer(images)[0];
    }

    /** A teacher's first output. */
    static Classifier of(Teacher teacher) {
      return images -> teacher.infer(images)[0];
    }
  }

  private Evaluator() {}

  /**
   * Evaluates several networks in one pass over the images.
   *
   * @param source labelled images; read to its end, not closed
   * @param classes K, number of classes
   * @return one evaluation for each network
   */
  public static ImmutableList<Evaluation> evaluate(
      BatchSource source, int classes, List<Classifier> networks) {
    ImmutableList.Builder<Evaluation> builder = ImmutableList.builder();
    for (int i = 0; i < networks.size(); i++) {
      builder.add(new Evaluation(classes));
    }
    ImmutableList<Evaluation> evaluations = builder.build();
    while (source.hasNext()) {
      Batch batch = source.next();
      for (int i = 0; i < networks.size(); i++) {
        float[] logits = networks.get(i).logits(batch.requireLabeled()).dup('c').data().asFloat();
        for (int row = 0; row < batch.labels().length(); row++) {
          evaluations.get(i).add(logits, row, batch.labels().get(row));
        }
      }
    }
    return evaluations;
  }
}
