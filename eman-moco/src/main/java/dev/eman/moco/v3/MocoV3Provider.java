package dev.eman.moco.v3;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Recipe;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TeacherOptions;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.model.Student;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.nn.Backbone;
import dev.eman.core.optimizer.OptimizerKind;
import dev.eman.core.optimizer.ScheduleKind;
import dev.eman.core.option.OptionSpec;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Provides {@link MocoV3} by name. */
public final class MocoV3Provider implements AlgorithmProvider {
  private static final TeacherOptions TEACHER =
      TeacherOptions.of(TeacherMode.EMAN, TeacherOptions.Schedule.COSINE, 0.99).required();

  private static final OptionSpec<Double> TEMPERATURE =
      OptionSpec.number("temperature", MocoV3.DEFAULT_TEMPERATURE)
          .above(0)
          .describedAs("similarities are divided by it; 1 for ResNets as published");

  /** For {@link java.util.ServiceLoader}. */
  public MocoV3Provider() {}

  @Override
  public String name() {
    return "moco-v3";
  }

  @Override
  public String description() {
    return "finds an image's other view among those of its batch, without labels"
        + " (arXiv 2104.02057)";
  }

  @Override
  public boolean usesLabels() {
    return false;
  }

  @Override
  public boolean classifies() {
    return false;
  }

  @Override
  public ImmutableList<View> views() {
    return ImmutableList.of(View.FIRST, View.SECOND);
  }

  @Override
  public ImmutableList<OptionSpec<?>> options() {
    return ImmutableList.<OptionSpec<?>>builder()
        .addAll(TEACHER.list())
        .add(TEMPERATURE)
        .addAll(MocoV3Head.OPTIONS)
        .build();
  }

  /**
   * The published program's recipe for ResNet-50 and 100 epochs: batch 4096, LARS with rate 0.6 for
   * each 256 images on a cosine schedule, decay 1e-6.
   */
  @Override
  public Recipe recipe() {
    return Recipe.builder()
        .batchSize(4096)
        .unlabeledRatio(1)
        .optimizer(OptimizerKind.LARS)
        .learningRate(9.6)
        .schedule(ScheduleKind.COSINE)
        .nesterov(false)
        .weightDecay(1e-6)
        .view(View.FIRST, "moco-v3-view1")
        .view(View.SECOND, "moco-v3-view2")
        .build();
  }

  @Override
  public ComputationGraph network(
      Backbone backbone, int classes, AlgorithmOptions options, long seed) {
    return MocoV3Head.read(options).network(backbone, seed);
  }

  /** The heads normalise over a batch, in which each image has one value per channel. */
  @Override
  public void checkBatch(AlgorithmOptions options, int images) {
    if (images < 2) {
      throw new UsageException(
          "moco-v3: expected at least 2 images in each part of a batch, over which its heads"
              + " normalise, got "
              + images
              + "; use a larger --batch, or fewer parts (--accumulate, --devices)");
    }
  }

  @Override
  public StudentTeacherAlgorithm create(AlgorithmContext context) {
    Student student = context.student();
    TeacherSettings.Pair pair =
        TEACHER.read(context).follow(student, MocoV3Head.projection(student.graph()));
    return new MocoV3(student, pair.teacher(), pair.update(), context.options().get(TEMPERATURE));
  }
}
