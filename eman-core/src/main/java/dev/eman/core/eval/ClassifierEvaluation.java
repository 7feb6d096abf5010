package dev.eman.core.eval;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluator.Classifier;
import dev.eman.core.model.Teacher;

/** Counts how often student and teacher name the right class. */
record ClassifierEvaluation(StudentTeacherAlgorithm algorithm, int classes)
    implements NetworkEvaluation {
  @Override
  public EvaluationReport evaluate(BatchSource images) {
    Classifier student = Classifier.of(algorithm.student());
    Teacher teacher = algorithm.teacher();
    ImmutableList<Evaluation> found =
        Evaluator.evaluate(
            images,
            classes,
            teacher == null
                ? ImmutableList.of(student)
                : ImmutableList.of(student, Classifier.of(teacher)));
    return new EvaluationReport(
        algorithm.steps(), found.get(0), teacher == null ? null : found.get(1));
  }
}
