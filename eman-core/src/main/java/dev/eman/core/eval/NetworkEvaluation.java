package dev.eman.core.eval;

import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;

/** Evaluates the student and the teacher of one algorithm as they are at the time of the call. */
@FunctionalInterface
public interface NetworkEvaluation {
  /**
   * Evaluates both networks in inference mode, in one pass over the images.
   *
   * @param images labelled images; read to its end, not closed
   * @throws dev.eman.core.NonFiniteException if a network's outputs or features are NaN or infinite
   */
  EvaluationReport evaluate(BatchSource images);

  /**
   * Evaluates the networks as classifiers: their first outputs are logits {@code [N, classes]}.
   *
   * @param algorithm whose networks are evaluated; read
   */
  static NetworkEvaluation ofClassifiers(StudentTeacherAlgorithm algorithm, int classes) {
    return new ClassifierEvaluation(algorithm, classes);
  }
}
