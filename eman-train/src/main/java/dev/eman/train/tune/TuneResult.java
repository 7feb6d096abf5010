package dev.eman.train.tune;

import com.google.common.collect.ImmutableList;
import dev.eman.train.options.BatchOptions;
import dev.eman.train.options.OptimizerOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What was measured, and what follows from it.
 *
 * @param options that were given
 * @param trials of batch sizes, rising, at least one
 * @param batch that is suggested
 * @param curves of range tests with this batch, at least one
 */
public record TuneResult(
    TrainingOptions options,
    ImmutableList<BatchTrial> trials,
    int batch,
    ImmutableList<RateCurve> curves) {
  private static final int DIGITS = 2;

  /** The suggestions of the tests; those that make none are left out. */
  public ImmutableList<RateCurve.Suggestion> suggestions() {
    return curves.stream()
        .map(RateCurve::suggestion)
        .flatMap(Optional::stream)
        .collect(ImmutableList.toImmutableList());
  }

  /**
   * The suggested learning rate: the geometric mean of the tests', to two digits.
   *
   * @return empty if fewer than half of them make a suggestion
   */
  public OptionalDouble learningRate() {
    ImmutableList<RateCurve.Suggestion> found = suggestions();
    if (2 * found.size() < curves.size() || found.isEmpty()) {
      return OptionalDouble.empty();
    }
    double log = found.stream().mapToDouble(one -> Math.log(one.rate())).average().orElseThrow();
    return OptionalDouble.of(rounded(Math.exp(log)));
  }

  private static double rounded(double value) {
    return Double.parseDouble(String.format(Locale.ROOT, "%." + (DIGITS - 1) + "e", value));
  }

  /** The options to add to those that were given; none if the tests suggest nothing else. */
  public OptionTexts suggested() {
    OptionTexts texts = OptionTexts.empty();
    if (batch != options.batch().size()) {
      texts = texts.with(BatchOptions.BATCH, Integer.toString(batch));
    }
    OptionalDouble rate = learningRate();
    if (rate.isEmpty()) {
      return texts;
    }
    texts = texts.with(OptimizerOptions.LEARNING_RATE, number(rate.getAsDouble()));
    Double ofBackbone = options.optimizer().backboneLearningRate();
    if (ofBackbone == null) {
      return texts;
    }
    double ratio = ofBackbone / options.optimizer().learningRate();
    return texts.with(
        OptimizerOptions.BACKBONE_LEARNING_RATE, number(rounded(rate.getAsDouble() * ratio)));
  }

  private static String number(double value) {
    return Double.toString(value);
  }

  /** The options that were given with those that are suggested. */
  public TrainingOptions tuned() {
    return OptionTexts.of(options).and(suggested()).resolve();
  }
}
