package dev.eman.train.options;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Streams;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import java.util.List;
import java.util.stream.Stream;

/**
 * Everything that a training run can be set to. Immutable; a value out of range is refused when it
 * is made.
 *
 * <pre>{@code
 * TrainingOptions options =
 *     TrainingOptions.builder("fixmatch").dataset("fashion-mnist-mini").steps(1000).build();
 * }</pre>
 *
 * @param algorithm name of the algorithm
 * @param algorithmOptions the algorithm's own options
 * @param backbone name of the network
 * @param seed of the split, the initial weights and all batches
 * @param initial where the weights start
 * @param data the images
 * @param batch how many of them a step takes
 * @param schedule how long the run is
 * @param optimizer what moves the weights
 * @param views how images are augmented
 * @param evaluation what is measured and saved on the way
 */
public record TrainingOptions(
    String algorithm,
    AlgorithmOptions algorithmOptions,
    String backbone,
    long seed,
    InitialOptions initial,
    DataOptions data,
    BatchOptions batch,
    ScheduleOptions schedule,
    OptimizerOptions optimizer,
    ViewOptions views,
    EvaluationOptions evaluation) {
  /** See {@link #algorithm}. */
  public static final TrainingOption<String> ALGORITHM =
      TrainingOption.text(
          "algorithm",
          "NAME",
          "fixmatch",
          "The algorithm, or another one on the class path; eman algorithms lists them.",
          TrainingOptions::algorithm);

  /** See {@link #backbone}. */
  public static final TrainingOption<String> BACKBONE =
      TrainingOption.text(
          "backbone",
          "NAME",
          "resnet14-w16",
          "The network, such as resnet14-w16, wrn-28-2, resnet50.",
          TrainingOptions::backbone);

  /** See {@link #seed}. */
  public static final TrainingOption<Long> SEED =
      TrainingOption.integer(
          "seed", "N", 0L, "Seed of split, initial weights and batches.", TrainingOptions::seed);

  private static final ImmutableList<TrainingOption<?>> ALL =
      Streams.concat(
              Stream.of(ALGORITHM, BACKBONE, SEED),
              DataOptions.ALL.stream(),
              InitialOptions.ALL.stream(),
              ScheduleOptions.ALL.stream(),
              BatchOptions.ALL.stream(),
              OptimizerOptions.ALL.stream(),
              ViewOptions.ALL.stream(),
              EvaluationOptions.ALL.stream())
          .collect(ImmutableList.toImmutableList());

  /** All options, but for {@link #algorithmOptions}. */
  public static ImmutableList<TrainingOption<?>> all() {
    return ALL;
  }

  /**
   * The option of a name, or of one that it had before.
   *
   * @throws UsageException for an unknown name, with the nearest known one
   */
  public static TrainingOption<?> named(String name) {
    return ALL.stream()
        .filter(option -> option.name().equals(name) || option.formerNames().contains(name))
        .findFirst()
        .orElseThrow(
            () -> {
              List<String> known = ALL.stream().map(TrainingOption::name).toList();
              return new UsageException(Suggestions.unknown("option", name, known));
            });
  }

  /**
   * Starts options at an algorithm's recipe, and at the defaults where it has none.
   *
   * @throws UsageException for an unknown algorithm, with the nearest known one
   */
  public static TrainingOptionsBuilder builder(String algorithm) {
    return new TrainingOptionsBuilder(Algorithms.named(algorithm));
  }

  /** What {@link #algorithm} names. */
  public AlgorithmProvider provider() {
    return Algorithms.named(algorithm);
  }
}
