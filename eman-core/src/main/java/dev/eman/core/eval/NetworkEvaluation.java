package dev.eman.core.eval;

import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;

/** Measures the student and the teacher of one algorithm as they are at the time of the call. */
@FunctionalInterface
public interface NetworkEvaluation {
  /**
   * Measures both networks in inference mode, in one pass over the images.
   *
   * @param images labelled, with an end; read to it, not closed
   */
  EvaluationReport evaluate(BatchSource images);

  /**
   * Measures the networks as classifiers: their first outputs are logits {@code [N, classes]}.
   *
   * @param algorithm whose networks are measured; read
   */
  static NetworkEvaluation ofClassifiers(StudentTeacherAlgorithm algorithm, int classes) {
    return new ClassifierEvaluation(algorithm, classes);
  }
}
