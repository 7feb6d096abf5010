package dev.eman.train;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.train.Checkpoint;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.augment.Transform;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One network out of a run, for inference, and how its images are prepared. */
public final class SavedModel {
  /** Which of the run's checkpoints. */
  public enum Which {
    BEST,
    LAST
  }

  private final TrainingOptions options;
  private final DatasetProvider provider;
  private final ImmutableList<String> classNames;
  private final Network network;
  private final ComputationGraph graph;
  private final Teacher classifier;

  /**
   * A network out of a checkpoint.
   *
   * @param wanted which; null for the teacher if it has statistics of its own, else the student
   * @throws EmanException if it is not there, or needs its batch to normalise
   * @throws UsageException if the algorithm trains no classifier
   */
  public SavedModel(Checkpoint checkpoint, @Nullable Network wanted) {
    options = OptionTexts.of(checkpoint).resolve();
    provider = Datasets.named(options.data().dataset());
    classNames = ImmutableList.copyOf(Splitter.on('\n').splitToList(checkpoint.require("classes")));
    checkClassifies(options.algorithm());
    boolean own = checkpoint.hasTeacher() && !teacherNeedsBatch(checkpoint);
    network = wanted != null ? wanted : own ? Network.TEACHER : Network.STUDENT;
    if (network == Network.TEACHER && checkpoint.hasTeacher() && !own) {
      throw new EmanException(
          "an EMA teacher normalises with its batch and has no statistics of its own; take the"
              + " student (--network student)");
    }
    graph =
        Backbones.named(options.backbone(), provider.statistics().channels())
            .classifier(classNames.size(), 0);
    checkpoint.load(network == Network.TEACHER, ParameterTable.of(graph));
    classifier = new Teacher(graph, TeacherStatistics.AVERAGED); // Inference with what is stored.
  }

  /** Whether a checkpoint's teacher normalises with its batch, and so is no network to take. */
  static boolean teacherNeedsBatch(Checkpoint checkpoint) {
    return checkpoint
        .teacherStatistics()
        .map(statistics -> statistics == TeacherStatistics.BATCH)
        .orElseGet( // Earlier versions had the algorithms of this library alone.
            () -> OptionTexts.of(checkpoint).setting("teacher").equals(Optional.of("ema")));
  }

  public TrainingOptions options() {
    return options;
  }

  public DatasetProvider provider() {
    return provider;
  }

  public ImmutableList<String> classNames() {
    return classNames;
  }

  public Network network() {
    return network;
  }

  /** Its parameters are the model's. */
  public ComputationGraph graph() {
    return graph;
  }

  public ChannelStatistics statistics() {
    return provider.statistics();
  }

  public int size() {
    return options.data().imageSize(provider);
  }

  /** What is done to an image before it is classified. */
  public Transform view() {
    return options.views().test().create(size());
  }

  /** Images {@code [N, C, H, W]} to logits. */
  public INDArray logits(INDArray images) {
    return classifier.infer(images)[0];
  }

  /**
   * For what needs a classifier.
   *
   * @throws UsageException if the algorithm trains none
   */
  public static void checkClassifies(String algorithm) {
    if (!Algorithms.named(algorithm).classifies()) {
      throw new UsageException(
          String.format(
              "expected a run with a classifier, found one of %s, which learns features: measure it"
                  + " with eman knn or eman linear, or train a classifier from it with eman finetune"
                  + " or eman train --init",
              algorithm));
    }
  }
}
