package dev.eman.meanteacher;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.Settings;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.model.Student;
import dev.eman.core.model.TeacherMode;

/** Finds {@link MeanTeacher} by name. */
public final class MeanTeacherProvider implements AlgorithmProvider {
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
  public ImmutableMap<String, String> options() {
    return ImmutableMap.<String, String>builder()
        .put("teacher", "eman: eman, ema (batch statistics), none (the student itself)")
        .put("teacher_momentum", "0.999: of the teacher's moving average")
        .put("momentum_schedule", "ramp: constant, warmup, ramp, cosine")
        .put("consistency", "mse: mse of probabilities, or kl")
        .put("consistency_weight", "10: of the consistency loss after the ramp-up")
        .put("rampup_steps", "a quarter of the run: until the weight is reached")
        .buildOrThrow();
  }

  @Override
  public StudentTeacherAlgorithm create(Student student, Settings settings, long totalSteps) {
    MeanTeacherConfig config =
        new MeanTeacherConfig(
            settings.number("consistency_weight", 10),
            settings.integer("rampup_steps", totalSteps / 4),
            settings.choice(
                "consistency",
                MeanTeacherConfig.Consistency.class,
                MeanTeacherConfig.Consistency.MSE));
    return TeacherSettings.read(
            settings, TeacherMode.EMAN, TeacherSettings.Schedule.RAMP, 0.999, totalSteps)
        .follow(student)
        .map(pair -> new MeanTeacher(student, pair.teacher(), pair.update(), config))
        .orElseGet(() -> new MeanTeacher(student, config));
  }
}
