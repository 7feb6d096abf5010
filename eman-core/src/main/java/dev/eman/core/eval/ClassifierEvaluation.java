package dev.eman.core.eval;

import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluator.Classifier;
import dev.eman.core.model.Teacher;
import java.util.List;

/** Counts how often student and teacher name the right class. */
record ClassifierEvaluation(StudentTeacherAlgorithm algorithm, int classes)
    implements NetworkEvaluation {
  @Override
  public EvaluationReport evaluate(BatchSource images) {
    Classifier classifier = Classifier.of(algorithm.student());
    Evaluation student = new Evaluation(classes, "student");
    Teacher following = algorithm.teacher();
    if (following == null) {
      Evaluator.fill(images, List.of(classifier), List.of(student));
      return new EvaluationReport(algorithm.steps(), student, null);
    }
    Evaluation teacher = new Evaluation(classes, "teacher");
    Evaluator.fill(
        images, List.of(classifier, Classifier.of(following)), List.of(student, teacher));
    return new EvaluationReport(algorithm.steps(), student, teacher);
  }
}
