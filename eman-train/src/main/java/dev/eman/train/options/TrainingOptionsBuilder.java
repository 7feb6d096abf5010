package dev.eman.train.options;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.AlgorithmProvider.View;
import dev.eman.core.algorithm.Recipe;
import dev.eman.core.optimizer.OptimizerKind;
import dev.eman.core.optimizer.ScheduleKind;
import dev.eman.core.optimizer.WeightDecayScope;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.UnlabeledPool;
import dev.eman.train.published.PublishedWeights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds {@link TrainingOptions}. An option that is not set is taken from the algorithm's recipe,
 * else from the defaults.
 */
public final class TrainingOptionsBuilder {
  private final AlgorithmProvider algorithm;
  private final Map<TrainingOption<?>, Object> values = new LinkedHashMap<>();
  private final Map<String, Object> settings = new LinkedHashMap<>();

  TrainingOptionsBuilder(AlgorithmProvider algorithm) {
    this.algorithm = algorithm;
    apply(algorithm.recipe());
  }

  private void apply(Recipe recipe) {
    recipe.batchSize().ifPresent(this::batch);
    recipe.unlabeledRatio().ifPresent(this::unlabeledRatio);
    recipe.learningRate().ifPresent(this::learningRate);
    recipe.schedule().ifPresent(this::schedule);
    recipe.optimizer().ifPresent(this::optimizer);
    recipe.momentum().ifPresent(this::momentum);
    recipe.nesterov().ifPresent(this::nesterov);
    recipe.weightDecay().ifPresent(this::weightDecay);
    recipe.weightDecayScope().ifPresent(this::weightDecayScope);
    recipe.maxGradientNorm().ifPresent(this::maxGradientNorm);
    recipe.views().forEach((view, name) -> set(option(view), AugmentationPreset.named(name)));
  }

  /** The option that says how a view is made. */
  static TrainingOption<AugmentationPreset> option(View view) {
    return switch (view) {
      case WEAK -> ViewOptions.WEAK;
      case STRONG -> ViewOptions.STRONG;
      case FIRST -> ViewOptions.FIRST;
      case SECOND -> ViewOptions.SECOND;
    };
  }

  /** Sets an option by its key. */
  @CanIgnoreReturnValue
  public <T> TrainingOptionsBuilder set(TrainingOption<T> option, T value) {
    values.put(option, value);
    return this;
  }

  /**
   * Sets an option from text, in the form used in configurations.
   *
   * @throws UsageException if it is not of the option's type
   */
  @CanIgnoreReturnValue
  public <T> TrainingOptionsBuilder parse(TrainingOption<T> option, String text) {
    return set(option, option.parse(text));
  }

  /**
   * Sets an option of the algorithm, such as {@code threshold}; checked by {@link #build}.
   *
   * @param value a number, a boolean or text
   */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder algorithmOption(String name, Object value) {
    settings.put(name, value);
    return this;
  }

  /** See {@link TrainingOptions#backbone}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder backbone(String name) {
    return set(TrainingOptions.BACKBONE, name);
  }

  /** See {@link TrainingOptions#seed}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder seed(long value) {
    return set(TrainingOptions.SEED, value);
  }

  /** See {@link TrainingOptions#classWeights}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder classWeights(ClassWeighting value) {
    return set(TrainingOptions.CLASS_WEIGHTS, value);
  }

  /** See {@link DataOptions#dataset}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder dataset(String value) {
    return set(DataOptions.DATASET, value);
  }

  /** See {@link DataOptions#folder}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder data(Path value) {
    return set(DataOptions.DATA, value);
  }

  /** See {@link DataOptions#images}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder images(Path value) {
    return set(DataOptions.IMAGES, value);
  }

  /** See {@link DataOptions#labels}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder labels(LabelAmount value) {
    return set(DataOptions.LABELS, value);
  }

  /** See {@link DataOptions#labelsFile}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder labelsFile(Path value) {
    return set(DataOptions.LABELS_FILE, value);
  }

  /** See {@link ImbalanceOptions#labeled}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder imbalance(double value) {
    return set(ImbalanceOptions.IMBALANCE, value);
  }

  /** See {@link ImbalanceOptions#unlabeled}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder imbalanceUnlabeled(double value) {
    return set(ImbalanceOptions.IMBALANCE_UNLABELED, value);
  }

  /** See {@link ImbalanceOptions#largest}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder unlabeledLargest(int value) {
    return set(ImbalanceOptions.UNLABELED_LARGEST, value);
  }

  /** See {@link DataOptions#validation}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder validation(double value) {
    return set(DataOptions.VALIDATION, value);
  }

  /** See {@link DataOptions#holdout}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder holdout(double value) {
    return set(DataOptions.HOLDOUT, value);
  }

  /** See {@link DataOptions#classes}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder classes(Path value) {
    return set(DataOptions.CLASSES, value);
  }

  /** See {@link DataOptions#unlabeled}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder unlabeled(UnlabeledPool value) {
    return set(DataOptions.UNLABELED, value);
  }

  /** See {@link DataOptions#unlabeledData}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder unlabeledData(Path value) {
    return set(DataOptions.UNLABELED_DATA, value);
  }

  /** See {@link DataOptions#size}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder size(int value) {
    return set(DataOptions.SIZE, value);
  }

  /** See {@link DataOptions#orientation}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder orientation(OrientationRule value) {
    return set(DataOptions.ORIENTATION, value);
  }

  /** See {@link DataOptions#corruptImages}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder corruptImages(CorruptImages value) {
    return set(DataOptions.CORRUPT_IMAGES, value);
  }

  /** See {@link DataOptions#workers}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder workers(int value) {
    return set(DataOptions.WORKERS, value);
  }

  /** See {@link BatchOptions#size}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder batch(int value) {
    return set(BatchOptions.BATCH, value);
  }

  /** See {@link BatchOptions#unlabeledRatio}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder unlabeledRatio(int value) {
    return set(BatchOptions.MU, value);
  }

  /** See {@link BatchOptions#accumulate}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder accumulate(int value) {
    return set(BatchOptions.ACCUMULATE, value);
  }

  /** See {@link BatchOptions#devices}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder devices(int value) {
    return set(BatchOptions.DEVICES, value);
  }

  /** See {@link ScheduleOptions#kind}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder schedule(ScheduleKind value) {
    return set(ScheduleOptions.SCHEDULE, value);
  }

  /** See {@link ScheduleOptions#steps}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder steps(long value) {
    return set(ScheduleOptions.STEPS, value);
  }

  /** See {@link ScheduleOptions#epochs}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder epochs(int value) {
    return set(ScheduleOptions.EPOCHS, value);
  }

  /** See {@link ScheduleOptions#limitSteps}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder limitSteps(long value) {
    return set(ScheduleOptions.LIMIT_STEPS, value);
  }

  /** See {@link ScheduleOptions#warmup}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder warmup(double value) {
    return set(ScheduleOptions.WARMUP, value);
  }

  /** See {@link ScheduleOptions#milestones}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder milestones(List<Double> places) {
    return set(ScheduleOptions.MILESTONES, ImmutableList.copyOf(places));
  }

  /** See {@link ScheduleOptions#stepFactor}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder stepFactor(double value) {
    return set(ScheduleOptions.STEP_FACTOR, value);
  }

  /** See {@link OptimizerOptions#kind}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder optimizer(OptimizerKind value) {
    return set(OptimizerOptions.OPTIMIZER, value);
  }

  /** See {@link OptimizerOptions#learningRate}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder learningRate(double value) {
    return set(OptimizerOptions.LEARNING_RATE, value);
  }

  /** See {@link OptimizerOptions#backboneLearningRate}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder backboneLearningRate(double value) {
    return set(OptimizerOptions.BACKBONE_LEARNING_RATE, value);
  }

  /** See {@link OptimizerOptions#momentum}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder momentum(double value) {
    return set(OptimizerOptions.MOMENTUM, value);
  }

  /** See {@link OptimizerOptions#nesterov}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder nesterov(boolean value) {
    return set(OptimizerOptions.NESTEROV, value);
  }

  /** See {@link OptimizerOptions#weightDecay}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder weightDecay(double value) {
    return set(OptimizerOptions.WEIGHT_DECAY, value);
  }

  /** See {@link OptimizerOptions#weightDecayScope}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder weightDecayScope(WeightDecayScope value) {
    return set(OptimizerOptions.DECAY, value);
  }

  /** See {@link OptimizerOptions#maxGradientNorm}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder maxGradientNorm(double value) {
    return set(OptimizerOptions.CLIP_GRAD_NORM, value);
  }

  /** See {@link ViewOptions#weak}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder weak(AugmentationPreset value) {
    return set(ViewOptions.WEAK, value);
  }

  /** See {@link ViewOptions#strong}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder strong(AugmentationPreset value) {
    return set(ViewOptions.STRONG, value);
  }

  /** See {@link ViewOptions#first}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder firstView(AugmentationPreset value) {
    return set(ViewOptions.FIRST, value);
  }

  /** See {@link ViewOptions#second}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder secondView(AugmentationPreset value) {
    return set(ViewOptions.SECOND, value);
  }

  /** See {@link ViewOptions#test}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder testView(AugmentationPreset value) {
    return set(ViewOptions.TEST, value);
  }

  /** See {@link EvaluationOptions#evaluateEvery}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder evaluateEvery(long value) {
    return set(EvaluationOptions.EVALUATE_EVERY, value);
  }

  /** See {@link EvaluationOptions#neighbors}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder neighbors(int value) {
    return set(EvaluationOptions.KNN, value);
  }

  /** See {@link EvaluationOptions#bankSize}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder bankSize(int value) {
    return set(EvaluationOptions.KNN_BANK, value);
  }

  /** See {@link EvaluationOptions#mapImages}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder mapImages(int value) {
    return set(EvaluationOptions.MAP_IMAGES, value);
  }

  /** See {@link EvaluationOptions#checkpointEvery}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder checkpointEvery(long value) {
    return set(EvaluationOptions.CHECKPOINT_EVERY, value);
  }

  /** See {@link EvaluationOptions#checkpointMinutes}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder checkpointMinutes(double value) {
    return set(EvaluationOptions.CHECKPOINT_MINUTES, value);
  }

  /** See {@link EvaluationOptions#earlyStop}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder earlyStop(int value) {
    return set(EvaluationOptions.EARLY_STOP, value);
  }

  /** See {@link EvaluationOptions#keepEvery}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder keepEvery(long value) {
    return set(EvaluationOptions.KEEP_EVERY, value);
  }

  /** See {@link InitialOptions#source}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder initialWeights(Path value) {
    return set(InitialOptions.INIT, new WeightSource.Local(value));
  }

  /**
   * Published weights by name; the backbone is theirs, unless it is set.
   *
   * @param name such as {@code torchvision:resnet18}
   * @throws UsageException for an unknown name
   */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder initialWeights(String name) {
    return set(InitialOptions.INIT, new WeightSource.Published(PublishedWeights.named(name)));
  }

  /** See {@link InitialOptions#network}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder initialNetwork(Network value) {
    return set(InitialOptions.INIT_NETWORK, value);
  }

  /** See {@link InitialOptions#prefix}. */
  @CanIgnoreReturnValue
  public TrainingOptionsBuilder initialPrefix(String value) {
    return set(InitialOptions.INIT_PREFIX, value);
  }

  /**
   * Builds the options.
   *
   * @throws UsageException for a value out of range, an option that the algorithm does not have, or
   *     options that do not fit together
   */
  public TrainingOptions build() {
    return new TrainingOptions(
        algorithm.name(),
        AlgorithmOptions.of(algorithm, settings),
        backbone(),
        get(TrainingOptions.SEED),
        get(TrainingOptions.CLASS_WEIGHTS),
        new InitialOptions(
            find(InitialOptions.INIT),
            find(InitialOptions.INIT_NETWORK),
            find(InitialOptions.INIT_PREFIX)),
        new DataOptions(
            get(DataOptions.DATASET),
            find(DataOptions.DATA),
            find(DataOptions.IMAGES),
            get(DataOptions.LABELS),
            find(DataOptions.LABELS_FILE),
            new ImbalanceOptions(
                find(ImbalanceOptions.IMBALANCE),
                find(ImbalanceOptions.IMBALANCE_UNLABELED),
                find(ImbalanceOptions.UNLABELED_LARGEST)),
            get(DataOptions.VALIDATION),
            find(DataOptions.HOLDOUT),
            find(DataOptions.CLASSES),
            get(DataOptions.UNLABELED),
            find(DataOptions.UNLABELED_DATA),
            find(DataOptions.SIZE),
            get(DataOptions.ORIENTATION),
            get(DataOptions.CORRUPT_IMAGES),
            find(DataOptions.WORKERS)),
        new BatchOptions(
            get(BatchOptions.BATCH),
            get(BatchOptions.MU),
            get(BatchOptions.ACCUMULATE),
            get(BatchOptions.DEVICES)),
        new ScheduleOptions(
            get(ScheduleOptions.SCHEDULE),
            get(ScheduleOptions.STEPS),
            find(ScheduleOptions.EPOCHS),
            find(ScheduleOptions.LIMIT_STEPS),
            get(ScheduleOptions.WARMUP),
            milestones(),
            get(ScheduleOptions.STEP_FACTOR)),
        new OptimizerOptions(
            get(OptimizerOptions.OPTIMIZER),
            get(OptimizerOptions.LEARNING_RATE),
            find(OptimizerOptions.BACKBONE_LEARNING_RATE),
            get(OptimizerOptions.MOMENTUM),
            get(OptimizerOptions.NESTEROV),
            get(OptimizerOptions.WEIGHT_DECAY),
            get(OptimizerOptions.DECAY),
            get(OptimizerOptions.CLIP_GRAD_NORM)),
        new ViewOptions(
            get(ViewOptions.WEAK),
            get(ViewOptions.STRONG),
            get(ViewOptions.FIRST),
            get(ViewOptions.SECOND),
            get(ViewOptions.TEST)),
        new EvaluationOptions(
            get(EvaluationOptions.EVALUATE_EVERY),
            get(EvaluationOptions.KNN),
            get(EvaluationOptions.KNN_BANK),
            get(EvaluationOptions.MAP_IMAGES),
            get(EvaluationOptions.CHECKPOINT_EVERY),
            get(EvaluationOptions.CHECKPOINT_MINUTES),
            get(EvaluationOptions.EARLY_STOP),
            get(EvaluationOptions.KEEP_EVERY)));
  }

  private String backbone() {
    return find(TrainingOptions.BACKBONE) == null
            && find(InitialOptions.INIT) instanceof WeightSource.Published published
        ? published.weights().backbone()
        : get(TrainingOptions.BACKBONE);
  }

  private ImmutableList<Double> milestones() {
    ImmutableList<Double> places = find(ScheduleOptions.MILESTONES);
    return places == null ? ImmutableList.of() : places;
  }

  private <T> T get(TrainingOption<T> option) {
    T value = find(option);
    return value == null ? option.defaultValue().orElseThrow() : value;
  }

  @SuppressWarnings("unchecked") // The setters take the option's type alone.
  private <T> @Nullable T find(TrainingOption<T> option) {
    return (T) values.get(option);
  }
}
