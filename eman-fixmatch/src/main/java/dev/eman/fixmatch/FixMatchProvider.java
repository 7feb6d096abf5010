package dev.eman.fixmatch;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TeacherOptions;
import dev.eman.core.model.Student;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.option.OptionSpec;

/** Provides {@link FixMatch} by name. */
public final class FixMatchProvider implements AlgorithmProvider {
  private static final TeacherOptions TEACHER =
      TeacherOptions.of(TeacherMode.EMAN, TeacherOptions.Schedule.WARMUP, 0.999);
  private static final OptionSpec<Double> THRESHOLD =
      OptionSpec.number("threshold", FixMatchConfig.DEFAULT.threshold())
          .between(0, 1)
          .describedAs("minimum confidence of a pseudo label");
  private static final OptionSpec<Double> LAMBDA_U =
      OptionSpec.number("lambda_u", FixMatchConfig.DEFAULT.lambdaU())
          .atLeast(0)
          .describedAs("weight of the unlabelled loss");
  private static final OptionSpec<Boolean> SOFT_TARGETS =
      OptionSpec.flag("soft_targets", FixMatchConfig.DEFAULT.softTargets())
          .describedAs("whether targets are distributions rather than classes");
  private static final OptionSpec<Double> TEMPERATURE =
      OptionSpec.number("temperature", FixMatchConfig.DEFAULT.temperature())
          .above(0)
          .describedAs("temperature T of soft targets, softmax(logits / T)");

  /** For {@link java.util.ServiceLoader}. */
  public FixMatchProvider() {}

  @Override
  public String name() {
    return "fixmatch";
  }

  @Override
  public String description() {
    return "confident pseudo labels of weak views teach strong views (arXiv 2001.07685)";
  }

  @Override
  public ImmutableList<View> views() {
    return ImmutableList.of(View.WEAK, View.STRONG);
  }

  @Override
  public ImmutableList<OptionSpec<?>> options() {
    return ImmutableList.<OptionSpec<?>>builder()
        .addAll(TEACHER.list())
        .add(THRESHOLD, LAMBDA_U, SOFT_TARGETS, TEMPERATURE)
        .build();
  }

  @Override
  public StudentTeacherAlgorithm create(AlgorithmContext context) {
    Student student = context.student();
    AlgorithmOptions options = context.options();
    FixMatchConfig config =
        new FixMatchConfig(
            options.get(THRESHOLD),
            options.get(LAMBDA_U),
            options.get(SOFT_TARGETS),
            options.get(TEMPERATURE));
    return TEACHER
        .read(context)
        .follow(student)
        .map(pair -> new FixMatch(student, pair.teacher(), pair.update(), config))
        .orElseGet(() -> new FixMatch(student, config));
  }
}
