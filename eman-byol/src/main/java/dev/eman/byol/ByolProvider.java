package dev.eman.byol;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Recipe;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TeacherOptions;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.nn.Backbone;
import dev.eman.core.optimizer.OptimizerKind;
import dev.eman.core.optimizer.ScheduleKind;
import dev.eman.core.option.OptionSpec;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Provides {@link Byol} by name. */
public final class ByolProvider implements AlgorithmProvider {
  private static final TeacherOptions TEACHER =
      TeacherOptions.of(TeacherMode.EMAN, TeacherOptions.Schedule.COSINE, 0.98).required();

  /** For {@link java.util.ServiceLoader}. */
  public ByolProvider() {}

  @Override
  public String name() {
    return "byol";
  }

  @Override
  public String description() {
    return "predicts the teacher's view of the same image, without labels (arXiv 2006.07733)";
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
        .addAll(ByolHead.OPTIONS)
        .build();
  }

  /**
   * The EMAN paper's recipe: batch 512, LARS with rate 1.8 on a cosine schedule, decay 1e-6. The
   * views are BYOL's own, with crops from 8% of the area on; the EMAN authors' program takes 20%,
   * which are those of {@code moco-v3-view1} and {@code moco-v3-view2}.
   */
  @Override
  public Recipe recipe() {
    return Recipe.builder()
        .batchSize(512)
        .unlabeledRatio(1)
        .optimizer(OptimizerKind.LARS)
        .learningRate(1.8)
        .schedule(ScheduleKind.COSINE)
        .nesterov(false)
        .weightDecay(1e-6)
        .view(View.FIRST, "byol-view1")
        .view(View.SECOND, "byol-view2")
        .build();
  }

  @Override
  public ComputationGraph network(
      Backbone backbone, int classes, AlgorithmOptions options, long seed) {
    return ByolHead.read(options).network(backbone, seed);
  }

  /** The heads normalise over a batch, in which each image has one value per channel. */
  @Override
  public void checkBatch(AlgorithmOptions options, int images) {
    if (images < 2) {
      throw new UsageException(
          "byol: expected at least 2 images in each part of a batch, over which its heads"
              + " normalise, got "
              + images
              + "; use a larger --batch, or fewer parts (--accumulate, --devices)");
    }
  }

  @Override
  public StudentTeacherAlgorithm create(AlgorithmContext context) {
    TeacherSettings.Pair pair =
        TEACHER.read(context).follow(context.student(), ByolHead.PROJECTION);
    return new Byol(context.student(), pair.teacher(), pair.update());
  }
}
