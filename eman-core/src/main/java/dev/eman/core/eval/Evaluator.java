package dev.eman.core.eval;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Longs;
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
   * @throws IllegalArgumentException if logits are not {@code [N, K]}
   * @throws dev.eman.core.NonFiniteException if any of them is NaN or infinite
   */
  public static ImmutableList<Evaluation> evaluate(
      BatchSource source, int classes, List<Classifier> networks) {
    ImmutableList<Evaluation> evaluations =
        networks.stream()
            .map(network -> new Evaluation(classes))
            .collect(ImmutableList.toImmutableList());
    fill(source, networks, evaluations);
    return evaluations;
  }

  /** Counts the images of a source in empty evaluations, one for each network. */
  static void fill(BatchSource source, List<Classifier> networks, List<Evaluation> evaluations) {
    while (source.hasNext()) {
      Batch batch = source.next();
      for (int i = 0; i < networks.size(); i++) {
        INDArray logits = networks.get(i).logits(batch.requireLabeled());
        int images = batch.labels().length();
        int classes = evaluations.get(i).classes();
        checkArgument(
            logits.rank() == 2 && logits.size(0) == images && logits.size(1) == classes,
            "logits of network %s: expected [%s, %s], got %s",
            i,
            images,
            classes,
            Longs.asList(logits.shape()));
        float[] values = logits.dup('c').data().asFloat();
        for (int row = 0; row < images; row++) {
          evaluations.get(i).add(values, row, batch.labels().get(row));
        }
      }
    }
  }
}
