package dev.eman.train.metrics;

import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.EvaluationReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Mean and standard deviation of accuracies over seeds, in percent.
 *
 * @param mean of the accuracies; 0 if there are none
 * @param std the sample standard deviation (divided by n - 1); 0 for one seed
 * @param count number of seeds; 0 if there is no such network
 */
public record MeanStd(double mean, double std, int count) {
  /**
   * Mean and deviation of top-1 accuracies.
   *
   * @param reports one per seed
   * @param network selects the network's evaluation from a report; null if the report has none
   */
  public static MeanStd of(
      List<EvaluationReport> reports, Function<EvaluationReport, @Nullable Evaluation> network) {
    List<Double> values = new ArrayList<>();
    for (EvaluationReport report : reports) {
      Evaluation evaluation = network.apply(report);
      if (evaluation != null) {
        values.add(100 * evaluation.top1());
      }
    }
    return of(values);
  }

  /**
   * Mean and deviation of numbers.
   *
   * @param values in percent, one per seed
   */
  public static MeanStd of(List<Double> values) {
    int n = values.size();
    double mean = values.stream().mapToDouble(v -> v).average().orElse(0);
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return new MeanStd(mean, n < 2 ? 0 : Math.sqrt(squares / (n - 1)), n);
  }

  @Override
  public String toString() {
    if (count == 0) {
      return "-";
    }
    return count == 1
        ? String.format(Locale.ROOT, "%.2f", mean)
        : String.format(Locale.ROOT, "%.2f ± %.2f", mean, std);
  }
}
