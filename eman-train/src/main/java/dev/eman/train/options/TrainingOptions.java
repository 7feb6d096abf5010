package dev.eman.train.options;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import java.util.List;

/**
 * All options of a training run. Immutable; the constructors reject values out of range.
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
 * @param classWeights how much the labels of each class weigh in the supervised loss
 * @param initial the initial weights
 * @param data the images
 * @param batch the batch size
 * @param schedule length and learning-rate schedule
 * @param optimizer the optimiser
 * @param views how images are augmented
 * @param evaluation what is evaluated and saved during training
 */
public record TrainingOptions(
    String algorithm,
    AlgorithmOptions algorithmOptions,
    String backbone,
    long seed,
    ClassWeighting classWeights,
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
          "An algorithm on the class path; eman algorithms lists them.",
          TrainingOptions::algorithm);

  /** See {@link #backbone}. */
  public static final TrainingOption<String> BACKBONE =
      TrainingOption.text(
          "backbone",
          "NAME",
          "resnet14-w16",
          "Network, such as resnet14-w16, wrn-28-2 or resnet50.",
          TrainingOptions::backbone);

  /** See {@link #seed}. */
  public static final TrainingOption<Long> SEED =
      TrainingOption.integer(
          "seed", "N", 0L, "Seed of split, initial weights and batches.", TrainingOptions::seed);

  /** See {@link #classWeights}. */
  public static final TrainingOption<ClassWeighting> CLASS_WEIGHTS =
      TrainingOption.of(
          "class-weights",
          "WEIGHTS",
          ClassWeighting.NONE,
          "Weights of the labels in the supervised loss: none, balanced (inverse to each class's"
              + " number of labels), or NAME=WEIGHT,... (other classes weigh 1).",
          ClassWeighting::parse,
          ClassWeighting::toString,
          TrainingOptions::classWeights);

  private static final ImmutableMap<String, ImmutableList<TrainingOption<?>>> GROUPS =
      ImmutableMap.of(
          "Algorithm and network",
          ImmutableList.of(ALGORITHM, BACKBONE, SEED, CLASS_WEIGHTS),
          "Data",
          DataOptions.ALL,
          "Initial weights",
          InitialOptions.ALL,
          "Length and schedule",
          ScheduleOptions.ALL,
          "Batches",
          BatchOptions.ALL,
          "Optimiser",
          OptimizerOptions.ALL,
          "Views of an image",
          ViewOptions.ALL,
          "Evaluation and checkpoints",
          EvaluationOptions.ALL);

  private static final ImmutableList<TrainingOption<?>> ALL =
      GROUPS.values().stream()
          .flatMap(ImmutableList::stream)
          .collect(ImmutableList.toImmutableList());

  /** Checks that class weights have labels to weigh, and that published weights fit the network. */
  public TrainingOptions {
    if (initial.source() instanceof WeightSource.Published published) {
      String needed = published.weights().backbone();
      Checks.require(
          backbone.equals(needed),
          "backbone: expected %s, the network of --init %s, got %s; omit --backbone",
          needed,
          published,
          backbone);
    }
    Checks.require(
        classWeights.equals(ClassWeighting.NONE) || Algorithms.named(algorithm).usesLabels(),
        "class-weights: expected none, since %s uses no labels, got %s",
        algorithm,
        classWeights);
  }

  /** All options except {@link #algorithmOptions}, by their groups' headings. */
  public static ImmutableMap<String, ImmutableList<TrainingOption<?>>> groups() {
    return GROUPS;
  }

  /** All options except {@link #algorithmOptions}. */
  public static ImmutableList<TrainingOption<?>> all() {
    return ALL;
  }

  /**
   * Finds an option by its name or a former name.
   *
   * @throws UsageException for an unknown name; the message suggests the nearest known one
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
   * Starts from an algorithm's recipe, and from the defaults for options that the recipe does not
   * set.
   *
   * @throws UsageException for an unknown algorithm; the message suggests the nearest known one
   */
  public static TrainingOptionsBuilder builder(String algorithm) {
    return new TrainingOptionsBuilder(Algorithms.named(algorithm));
  }

  /** The provider of {@link #algorithm}. */
  public AlgorithmProvider provider() {
    return Algorithms.named(algorithm);
  }
}
