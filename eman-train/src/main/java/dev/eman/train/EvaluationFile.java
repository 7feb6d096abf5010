package dev.eman.train;

import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.EvaluationReport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The file of both networks' accuracy and confusion matrix on the test set. */
final class EvaluationFile {
  private EvaluationFile() {}

  static void write(Path file, @Nullable EvaluationReport report) {
    Map<String, @Nullable Object> evaluations = new LinkedHashMap<>();
    evaluations.put("student", report == null ? null : describe(report.student()));
    @Nullable Evaluation teacher = report == null ? null : report.teacher();
    evaluations.put("teacher", teacher == null ? null : describe(teacher));
    RunFolder.writeJson(file, evaluations);
  }

  /** One network's figures. */
  static Map<String, Object> describe(Evaluation evaluation) {
    int classes = evaluation.classes();
    long[][] confusion = new long[classes][classes];
    for (int truth = 0; truth < classes; truth++) {
      for (int predicted = 0; predicted < classes; predicted++) {
        confusion[truth][predicted] = evaluation.confusion(truth, predicted);
      }
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("count", evaluation.count());
    facts.put("top1", evaluation.top1());
    facts.put("top5", evaluation.top5());
    facts.put("balanced_accuracy", evaluation.balancedAccuracy());
    facts.put("macro_f1", evaluation.macroF1());
    facts.put("confusion", confusion);
    return facts;
  }
}
