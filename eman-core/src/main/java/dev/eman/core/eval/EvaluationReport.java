package dev.eman.core.eval;

import org.jspecify.annotations.Nullable;

/**
 * Both networks of an algorithm on one set of images.
 *
 * @param step number of training steps done
 * @param student the student's evaluation
 * @param teacher the teacher's evaluation; null for an algorithm without a teacher
 */
public record EvaluationReport(long step, Evaluation student, @Nullable Evaluation teacher) {
  /** The network that would be deployed: the teacher if there is one. */
  public Evaluation deployed() {
    return teacher == null ? student : teacher;
  }
}
