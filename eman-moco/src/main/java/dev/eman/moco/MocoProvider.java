package dev.eman.moco;

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
import dev.eman.core.optimizer.WeightDecayScope;
import dev.eman.core.option.OptionSpec;
import dev.eman.moco.internal.QueueSize;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Provides {@link Moco} by name. */
public final class MocoProvider implements AlgorithmProvider {
  private static final TeacherOptions TEACHER =
      TeacherOptions.of(TeacherMode.EMAN, TeacherOptions.Schedule.CONSTANT, 0.999).required();

  /** For {@link java.util.ServiceLoader}. */
  public MocoProvider() {}

  @Override
  public String name() {
    return "moco";
  }

  @Override
  public String description() {
    return "finds an image's other view in a queue of keys, without labels (arXiv 2003.04297)";
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
        .addAll(MocoConfig.OPTIONS)
        .addAll(MocoHead.OPTIONS)
        .build();
  }

  /**
   * The recipe of version 2: batch 256, SGD with rate 0.03 on a cosine schedule, decay 1e-4 of all
   * parameters.
   */
  @Override
  public Recipe recipe() {
    return Recipe.builder()
        .batchSize(256)
        .unlabeledRatio(1)
        .learningRate(0.03)
        .schedule(ScheduleKind.COSINE)
        .nesterov(false)
        .weightDecay(1e-4)
        .weightDecayScope(WeightDecayScope.ALL)
        .view(View.FIRST, "moco-v2")
        .view(View.SECOND, "moco-v2")
        .build();
  }

  @Override
  public ComputationGraph network(
      Backbone backbone, int classes, AlgorithmOptions options, long seed) {
    return MocoHead.read(options).network(backbone, seed);
  }

  @Override
  public void checkBatch(AlgorithmOptions options, int images) {
    MocoConfig config = MocoConfig.read(options);
    QueueSize.checkRun(config.queueSize(), config.shuffleGroups(), images);
  }

  @Override
  public StudentTeacherAlgorithm create(AlgorithmContext context) {
    Student student = context.student();
    TeacherSettings.Pair pair =
        TEACHER
            .read(context)
            .follow(student, student.graph().getConfiguration().getNetworkOutputs().get(0));
    return new Moco(
        student, pair.teacher(), pair.update(), MocoConfig.read(context.options()), context.seed());
  }
}
