package dev.eman.train;

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
 * @param mean of all
 * @param deviation of the sample, 0 for one seed
 * @param count of the seeds; 0 where there was no such network
 */
public record Spread(double mean, double deviation, int count) {
  public static Spread of(
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

  /** Of percentages. */
  public static Spread of(List<Double> values) {
    int n = values.size();
    double mean = values.stream().mapToDouble(v -> v).average().orElse(0);
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return new Spread(mean, n < 2 ? 0 : Math.sqrt(squares / (n - 1)), n);
  }

  @Override
  public String toString() {
    if (count == 0) {
      return "-";
    }
    return count == 1
        ? String.format(Locale.ROOT, "%.2f", mean)
        : String.format(Locale.ROOT, "%.2f ± %.2f", mean, deviation);
  }
}
