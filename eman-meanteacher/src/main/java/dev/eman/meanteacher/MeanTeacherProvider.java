package dev.eman.meanteacher;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TeacherOptions;
import dev.eman.core.model.Student;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.option.OptionSpec;
import dev.eman.meanteacher.MeanTeacherConfig.Consistency;
import java.util.Set;

/** Provides {@link MeanTeacher} by name. */
public final class MeanTeacherProvider implements AlgorithmProvider {
  private static final TeacherOptions TEACHER =
      TeacherOptions.of(TeacherMode.EMAN, TeacherOptions.Schedule.RAMP, 0.999);
  private static final OptionSpec<Consistency> CONSISTENCY =
      OptionSpec.choice("consistency", Consistency.MSE)
          .describedAs("mean squared error of probabilities, or KL divergence");
  private static final OptionSpec<Double> CONSISTENCY_WEIGHT =
      OptionSpec.number("consistency_weight", 10)
          .atLeast(0)
          .describedAs("weight of the consistency loss after the ramp-up");
  private static final OptionSpec<Long> RAMPUP_STEPS =
      OptionSpec.integer("rampup_steps", "a quarter of the run")
          .atLeast(0)
          .describedAs("steps of the weight's ramp-up");

  /** For {@link java.util.ServiceLoader}. */
  public MeanTeacherProvider() {}

  @Override
  public String name() {
    return "mean-teacher";
  }

  @Override
  public String description() {
    return "student and averaged teacher agree on two views (arXiv 1703.01780)";
  }

  @Override
  public ImmutableList<View> views() {
    return ImmutableList.of(View.WEAK, View.WEAK);
  }

  @Override
  public ImmutableList<OptionSpec<?>> options() {
    return ImmutableList.<OptionSpec<?>>builder()
        .addAll(TEACHER.list())
        .add(CONSISTENCY, CONSISTENCY_WEIGHT, RAMPUP_STEPS)
        .build();
  }

  @Override
  public void checkEffect(AlgorithmOptions options, Set<String> set) {
    TEACHER.checkEffect(options, set);
  }

  @Override
  public StudentTeacherAlgorithm create(AlgorithmContext context) {
    Student student = context.student();
    AlgorithmOptions options = context.options();
    MeanTeacherConfig config =
        new MeanTeacherConfig(
            options.get(CONSISTENCY_WEIGHT),
            options.find(RAMPUP_STEPS).orElseGet(() -> context.totalSteps() / 4),
            options.get(CONSISTENCY));
    return TEACHER
        .read(context)
        .follow(student)
        .map(pair -> new MeanTeacher(student, pair.teacher(), pair.update(), config))
        .orElseGet(() -> new MeanTeacher(student, config));
  }
}
