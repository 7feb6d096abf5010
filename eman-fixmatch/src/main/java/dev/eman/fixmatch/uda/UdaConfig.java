package dev.eman.fixmatch.uda;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.option.OptionSpec;
import java.util.Set;

/**
 * UDA's configuration.
 *
 * @param threshold τ in [0, 1]: minimum confidence of a target, before it is sharpened
 * @param temperature T above 0 of the targets, {@code softmax(logits / T)}
 * @param tsa how fast the labelled images' limit rises from 1/K to 1
 * @param tsaMeasure what is compared with that limit
 * @param lambdaU λ_u, at least 0: the weight of the unlabelled loss
 */
public record UdaConfig(
    double threshold, double temperature, Tsa tsa, TsaMeasure tsaMeasure, double lambdaU) {
  /** The paper's configuration for images; training signal annealing is off. */
  public static final UdaConfig DEFAULT = new UdaConfig(0.8, 0.4, Tsa.NONE, TsaMeasure.LABEL, 1);

  private static final OptionSpec<Double> THRESHOLD =
      OptionSpec.number("threshold", DEFAULT.threshold)
          .between(0, 1)
          .describedAs("minimum confidence of a target, before it is sharpened");
  private static final OptionSpec<Double> TEMPERATURE =
      OptionSpec.number("temperature", DEFAULT.temperature)
          .above(0)
          .describedAs("temperature T of the targets, softmax(logits / T)");
  private static final OptionSpec<Tsa> TSA =
      OptionSpec.choice("tsa", DEFAULT.tsa)
          .describedAs("how the confidence from which labels stop to count rises");
  private static final OptionSpec<TsaMeasure> TSA_MEASURE =
      OptionSpec.choice("tsa_measure", DEFAULT.tsaMeasure)
          .describedAs("label: probability of the true class; max: the largest one");
  static final ImmutableList<OptionSpec<?>> OPTIONS =
      ImmutableList.of(THRESHOLD, TEMPERATURE, TSA, TSA_MEASURE);

  /** Training signal annealing: the limit's schedule over the run, section 2.2 of the paper. */
  public enum Tsa {
    /** No limit: every label counts. */
    NONE,
    /** In proportion to the steps. */
    LINEAR,
    /** Late: {@code exp(5 (t/T − 1))}. */
    EXP,
    /** Early: {@code 1 − exp(−5 t/T)}. */
    LOG
  }

  /** What decides whether a labelled image still counts. */
  public enum TsaMeasure {
    /**
     * The true class's probability, below the limit; the mean over those that count: the paper.
     * Where a batch is divided, each part divides by those that count in it.
     */
    LABEL,
    /** The largest probability, up to the limit; the mean over all: as published in PyTorch. */
    MAX
  }

  /** Checks the ranges. */
  public UdaConfig {
    checkArgument(
        threshold >= 0 && threshold <= 1, "threshold: expected [0, 1], got %s", threshold);
    checkArgument(temperature > 0, "temperature: expected above 0, got %s", temperature);
  }

  static void checkEffect(AlgorithmOptions options, Set<String> set) {
    boolean limited = options.get(TSA) != Tsa.NONE;
    options.requireEffect(set, TSA_MEASURE, limited, "tsa=linear, tsa=exp or tsa=log");
  }

  static UdaConfig read(AlgorithmOptions options, double lambdaU) {
    return new UdaConfig(
        options.get(THRESHOLD),
        options.get(TEMPERATURE),
        options.get(TSA),
        options.get(TSA_MEASURE),
        lambdaU);
  }
}
