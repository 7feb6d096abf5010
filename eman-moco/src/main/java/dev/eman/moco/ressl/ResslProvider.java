package dev.eman.moco.ressl;

import com.google.common.collect.ImmutableList;
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
import dev.eman.core.optimizer.ScheduleKind;
import dev.eman.core.option.OptionSpec;
import dev.eman.moco.internal.QueueSize;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Provides {@link Ressl} by name. */
public final class ResslProvider implements AlgorithmProvider {
  private static final TeacherOptions TEACHER =
      TeacherOptions.of(TeacherMode.EMAN, TeacherOptions.Schedule.CONSTANT, 0.999).required();

  /** For {@link java.util.ServiceLoader}. */
  public ResslProvider() {}

  @Override
  public String name() {
    return "ressl";
  }

  @Override
  public String description() {
    return "relates an image to past ones as the teacher's weak view is, without labels"
        + " (arXiv 2107.09282)";
  }

  @Override
  public boolean usesLabels() {
    return false;
  }

  @Override
  public boolean classifies() {
    return false;
  }

  /** The student's strong view first, then the teacher's weak one. */
  @Override
  public ImmutableList<View> views() {
    return ImmutableList.of(View.FIRST, View.SECOND);
  }

  @Override
  public ImmutableList<OptionSpec<?>> options() {
    return ImmutableList.<OptionSpec<?>>builder()
        .addAll(TEACHER.list())
        .addAll(ResslConfig.OPTIONS)
        .addAll(ResslHead.OPTIONS)
        .build();
  }

  /**
   * The published program's recipe for ImageNet: batch 256, SGD with rate 0.05 on a cosine
   * schedule, decay 1e-4 of all but biases and normalisation.
   */
  @Override
  public Recipe recipe() {
    return Recipe.builder()
        .batchSize(256)
        .unlabeledRatio(1)
        .learningRate(0.05)
        .schedule(ScheduleKind.COSINE)
        .nesterov(false)
        .weightDecay(1e-4)
        .view(View.FIRST, "moco-v2")
        .view(View.SECOND, "ressl-weak")
        .build();
  }

  @Override
  public ComputationGraph network(
      Backbone backbone, int classes, AlgorithmOptions options, long seed) {
    return ResslHead.read(options).network(backbone, seed);
  }

  @Override
  public void checkBatch(AlgorithmOptions options, int images) {
    ResslConfig config = ResslConfig.read(options);
    QueueSize.checkRun(config.queueSize(), config.shuffleGroups(), images);
  }

  @Override
  public StudentTeacherAlgorithm create(AlgorithmContext context) {
    Student student = context.student();
    TeacherSettings.Pair pair =
        TEACHER
            .read(context)
            .follow(student, student.graph().getConfiguration().getNetworkOutputs().get(0));
    return new Ressl(
        student,
        pair.teacher(),
        pair.update(),
        ResslConfig.read(context.options()),
        context.seed());
  }
}
