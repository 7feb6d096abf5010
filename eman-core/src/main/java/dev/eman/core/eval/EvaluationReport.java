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
  /**
   * The teacher if there is one, else the student. That is the network to deploy unless the teacher
   * normalises with its batch ({@code TeacherStatistics.BATCH}): then the student is.
   */
  public Evaluation deployed() {
    return teacher == null ? student : teacher;
  }
}
