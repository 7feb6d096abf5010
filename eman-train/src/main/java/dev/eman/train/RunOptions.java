package dev.eman.train;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.optimizer.GroupedRates;
import dev.eman.core.optimizer.Lars;
import dev.eman.core.optimizer.OptimizerConfiguration;
import dev.eman.core.optimizer.OptimizerKind;
import dev.eman.core.optimizer.ScheduleKind;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.optimizer.WeightDecayScope;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.UnlabeledPool;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Everything that a run can be told. A configuration file has the same names without the hyphens in
 * front; the algorithm's options are below {@code set}.
 */
public final class RunOptions {
  private static final int TEST_BATCH = 200;
  private static final int TEST_PIXELS = 1_600_000;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      defaultValue = "fashion-mnist-mini",
      description = "A data set's name, or a folder of images (default: ${DEFAULT-VALUE}).")
  public String dataset = "fashion-mnist-mini";

  @Option(names = "--data", paramLabel = "DIR", description = "Where to look for data first.")
  public @Nullable Path data;

  @Option(
      names = "--labels",
      paramLabel = "AMOUNT",
      defaultValue = "1%",
      description = "Labelled images: a part, or N/class (default: ${DEFAULT-VALUE}).")
  public LabelAmount labels = LabelAmount.fraction(0.01);

  @Option(
      names = "--labels-file",
      paramLabel = "FILE",
      description = "Labelled images from a list (.txt), a table (.csv) or a saved split.")
  public @Nullable Path labelsFile;

  @Option(
      names = "--validation",
      paramLabel = "PART",
      defaultValue = "0",
      description =
          "Part of the labelled images set aside to choose the best checkpoint by"
              + " (default: ${DEFAULT-VALUE}: the test set chooses, and the run says so).")
  double validation;

  @Option(
      names = "--unlabeled",
      paramLabel = "POOL",
      defaultValue = "all",
      description = {
        "Images that serve without labels (default: ${DEFAULT-VALUE}):",
        "all: training images and the data set's own unlabelled ones, where it has them;",
        "rest: as all, without the labelled images;",
        "train: training images alone; own: the data set's own unlabelled ones alone."
      })
  UnlabeledPool unlabeled = UnlabeledPool.ALL;

  @Option(
      names = "--algorithm",
      paramLabel = "NAME",
      defaultValue = "fixmatch",
      description =
          "fixmatch, mean-teacher, supervised, moco, byol, or another on the class path (default:"
              + " ${DEFAULT-VALUE}).")
  public String algorithm = "fixmatch";

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "An option of the algorithm, such as teacher=eman or threshold=0.95; may be"
              + " repeated.")
  public Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--backbone",
      paramLabel = "NAME",
      defaultValue = "resnet14-w16",
      description =
          "The network, such as resnet14-w16, wrn-28-2, resnet50 (default:" + " ${DEFAULT-VALUE}).")
  public String backbone = "resnet14-w16";

  @Option(
      names = "--init",
      paramLabel = "FILE",
      description =
          "Start the backbone of student and teacher, statistics included, from a run, one of its"
              + " checkpoints, or weights of PyTorch (.pth) or safetensors.")
  public @Nullable Path init;

  @Option(
      names = "--init-network",
      paramLabel = "NAME",
      description = "Which network of it: student or teacher (default: student).")
  SavedModel.@Nullable Network initNetwork;

  @Option(
      names = "--init-prefix",
      paramLabel = "PREFIX",
      description =
          "What the names of weights begin with, such as module.encoder_q (default: found).")
  @Nullable String initPrefix;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "1500",
      description = "Training steps (default: ${DEFAULT-VALUE}).")
  long steps;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the unlabelled images instead of steps.")
  public @Nullable Integer epochs;

  @Option(
      names = "--limit-steps",
      paramLabel = "N",
      description = "Stop after so many steps of the schedule.")
  @Nullable Long limitSteps;

  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "32",
      description = "Labelled images a step (default: ${DEFAULT-VALUE}).")
  public int batch;

  @Option(
      names = "--mu",
      paramLabel = "N",
      defaultValue = "4",
      description =
          "Unlabelled images for each labelled one (default: ${DEFAULT-VALUE}; 1 for moco, byol).")
  public int mu;

  @Option(
      names = "--accumulate",
      paramLabel = "PARTS",
      defaultValue = "1",
      description =
          "Pass a batch through the networks in so many parts, each with batch statistics of its"
              + " own, for less memory (default: ${DEFAULT-VALUE}).")
  public int accumulate;

  @Option(
      names = "--devices",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Divide every batch over the devices of this machine (default: ${DEFAULT-VALUE}).")
  public int devices;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      defaultValue = "0.03",
      description = "Of SGD (default: ${DEFAULT-VALUE}).")
  public double learningRate;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      defaultValue = "fixmatch",
      description = "constant, cosine, fixmatch, step (default: ${DEFAULT-VALUE}).")
  public ScheduleKind schedule = ScheduleKind.FIXMATCH;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Linear warm-up of cosine and step: in epochs where --epochs is given, else in steps"
              + " (default: ${DEFAULT-VALUE}).")
  public double warmup;

  @Option(
      names = "--milestones",
      paramLabel = "N,N",
      split = ",",
      description = "Where schedule step lowers the rate; units as for --warmup.")
  public List<Double> milestones = List.of();

  @Option(
      names = "--step-factor",
      paramLabel = "F",
      defaultValue = "0.1",
      description = "By what schedule step multiplies the rate (default: ${DEFAULT-VALUE}).")
  double stepFactor;

  @Option(
      names = "--backbone-learning-rate",
      paramLabel = "RATE",
      description =
          "Another rate for everything but the classifier, along the same schedule (default: the"
              + " same).")
  @Nullable Double backboneLearningRate;

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      defaultValue = "sgd",
      description = "sgd, or lars without nesterov (default: ${DEFAULT-VALUE}).")
  public OptimizerKind optimizer = OptimizerKind.SGD;

  @Option(
      names = "--momentum",
      paramLabel = "M",
      defaultValue = "0.9",
      description = "Of SGD (default: ${DEFAULT-VALUE}).")
  public double momentum;

  @Option(
      names = "--nesterov",
      paramLabel = "BOOL",
      arity = "1",
      defaultValue = "true",
      description = "Whether the momentum is Nesterov's (default: ${DEFAULT-VALUE}).")
  boolean nesterov;

  @Option(
      names = "--weight-decay",
      paramLabel = "W",
      defaultValue = "5e-4",
      description = "Of SGD (default: ${DEFAULT-VALUE}).")
  public double weightDecay;

  @Option(
      names = "--decay",
      paramLabel = "WHAT",
      defaultValue = "weights",
      description =
          "What decays: weights (not biases and normalisation), all (default: ${DEFAULT-VALUE}).")
  WeightDecayScope decay = WeightDecayScope.WEIGHTS;

  @Option(
      names = "--clip",
      paramLabel = "NORM",
      defaultValue = "0",
      description = "Longest gradient; 0 for no limit (default: ${DEFAULT-VALUE}).")
  double clip;

  @Option(
      names = "--weak",
      paramLabel = "PRESET",
      defaultValue = "fixmatch-weak",
      description = "Augmentation of labelled images and weak views (default: ${DEFAULT-VALUE}).")
  public AugmentationPreset weak = AugmentationPreset.FIXMATCH_WEAK;

  @Option(
      names = "--strong",
      paramLabel = "PRESET",
      defaultValue = "fixmatch-strong",
      description = "Augmentation of strong views (default: ${DEFAULT-VALUE}).")
  public AugmentationPreset strong = AugmentationPreset.FIXMATCH_STRONG;

  @Option(
      names = "--first-view",
      paramLabel = "PRESET",
      defaultValue = "moco-v2",
      description =
          "Augmentation of a self-supervised method's first view (default: ${DEFAULT-VALUE};"
              + " byol-view1 for byol).")
  public AugmentationPreset firstView = AugmentationPreset.MOCO_V2;

  @Option(
      names = "--second-view",
      paramLabel = "PRESET",
      defaultValue = "moco-v2",
      description = "Likewise, of the second (default: ${DEFAULT-VALUE}; byol-view2 for byol).")
  public AugmentationPreset secondView = AugmentationPreset.MOCO_V2;

  @Option(
      names = "--test-view",
      paramLabel = "PRESET",
      defaultValue = "none",
      description = "What is done to images to measure on (default: ${DEFAULT-VALUE}).")
  AugmentationPreset testView = AugmentationPreset.NONE;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Width and height of images (default: as the data set is usually trained).")
  @Nullable Integer size;

  @Option(
      names = "--evaluate-every",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "Steps between looks at the test set; 0: at the end (default:" + " ${DEFAULT-VALUE}).")
  long evaluateEvery;

  @Option(
      names = "--knn",
      paramLabel = "K",
      defaultValue = "20",
      description =
          "Neighbours that judge features, where an algorithm trains no classifier (default:"
              + " ${DEFAULT-VALUE}).")
  int knn;

  @Option(
      names = "--knn-bank",
      paramLabel = "N",
      defaultValue = "20000",
      description =
          "How many training images they are looked for in; 0: all (default:"
              + " ${DEFAULT-VALUE}).")
  int knnBank;

  @Option(
      names = "--map-images",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Test images on the report's map of features; 0: no map (default: ${DEFAULT-VALUE}).")
  public int mapImages;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      defaultValue = "500",
      description = "Steps between checkpoints; 0: at the end (default: ${DEFAULT-VALUE}).")
  long checkpointEvery;

  @Option(
      names = "--keep-every",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Keep the checkpoint of every N steps too; 0: last and best alone (default:"
              + " ${DEFAULT-VALUE}).")
  long keepEvery;

  @Option(
      names = "--corrupt-images",
      paramLabel = "POLICY",
      defaultValue = "fail",
      description = "fail, or skip and count (default: ${DEFAULT-VALUE}).")
  CorruptImages corruptImages = CorruptImages.FAIL;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads that make batches (default: half of the processors).")
  @Nullable Integer workers;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the split, the weights and all batches (default: ${DEFAULT-VALUE}).")
  public long seed;

  /**
   * The student with its optimiser, and the algorithm around it.
   *
   * @param labeled images with labels
   * @param unlabeled images that serve without
   * @param from where the backbone starts; null for random weights
   * @throws UsageException for a network or an option that is not known or does not fit
   */
  public StudentTeacherAlgorithm newAlgorithm(
      int channels,
      int classes,
      long labeled,
      long unlabeled,
      long totalSteps,
      @Nullable InitialWeights from) {
    AlgorithmProvider provider = Algorithms.named(algorithm);
    AlgorithmOptions set = AlgorithmOptions.of(provider, settings);
    Student student;
    try {
      Backbone network = Backbones.named(backbone, channels);
      ComputationGraph graph = provider.network(network, classes, set, seed);
      if (from != null) {
        from.load(graph, network);
      }
      student = new Student(graph, optimizer(network, graph));
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
    if (clip > 0) {
      student.clipGradientNorm(clip);
    }
    return Algorithms.create(
        provider,
        AlgorithmContext.builder(student, set)
            .classes(classes)
            .labeledImages(Math.toIntExact(labeled))
            .unlabeledImages(Math.toIntExact(unlabeled))
            .totalSteps(totalSteps)
            .seed(seed)
            .build());
  }

  private OptimizerConfiguration optimizer(Backbone network, ComputationGraph graph) {
    OptimizerConfiguration all =
        switch (optimizer) {
          case LARS -> lars();
          case SGD ->
              decay == WeightDecayScope.ALL
                  ? Sgd.decayingAll(momentum, nesterov, weightDecay)
                  : Sgd.excludingBiasesAndNormalization(momentum, nesterov, weightDecay);
        };
    if (backboneLearningRate == null) {
      return all;
    }
    checkArgument(learningRate > 0, "--backbone-learning-rate: expected --learning-rate above 0");
    Set<String> body =
        GraphParts.upTo(graph, network.featureVertex()).getConfiguration().getVertices().keySet();
    Set<String> head = new TreeSet<>(graph.getConfiguration().getVertices().keySet());
    head.removeAll(body);
    return new GroupedRates(all, head, backboneLearningRate / learningRate);
  }

  private Lars lars() {
    checkArgument(!nesterov, "--optimizer lars: expected --nesterov false");
    checkArgument(decay == WeightDecayScope.WEIGHTS, "--optimizer lars: expected --decay weights");
    return Lars.excludingBiasesAndNormalization(momentum, weightDecay);
  }

  /** What {@link #init} names, or null. */
  @Nullable InitialWeights initialWeights() {
    if (init == null && (initNetwork != null || initPrefix != null)) {
      throw new UsageException("--init-network, --init-prefix: expected together with --init");
    }
    return init == null ? null : new InitialWeights(init, initNetwork, initPrefix);
  }

  /** How many images are measured at once: less than {@value #TEST_BATCH} of large ones. */
  public int testBatch(DatasetProvider provider) {
    int side = imageSize(provider);
    return Math.max(1, Math.min(TEST_BATCH, TEST_PIXELS / (side * side)));
  }

  /** Width and height that images are trained at. */
  public int imageSize(DatasetProvider provider) {
    return size == null ? provider.imageSize() : size;
  }
}
