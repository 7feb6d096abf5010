package dev.eman.fixmatch;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.Settings;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.model.Student;
import dev.eman.core.model.TeacherMode;

/** Finds {@link FixMatch} by name. */
public final class FixMatchProvider implements AlgorithmProvider {
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
  public ImmutableMap<String, String> options() {
    return ImmutableMap.<String, String>builder()
        .put("teacher", "eman: eman, ema (batch statistics), none (the original)")
        .put("teacher_momentum", "0.999: of the teacher's moving average")
        .put("momentum_schedule", "warmup: constant, warmup, ramp, cosine")
        .put("threshold", "0.95: a pseudo label counts from this confidence on")
        .put("lambda_u", "1: weight of the unlabelled loss")
        .put("soft_targets", "false: whether targets are distributions, not classes")
        .put("temperature", "1: of soft targets")
        .buildOrThrow();
  }

  @Override
  public StudentTeacherAlgorithm create(Student student, Settings settings, long totalSteps) {
    FixMatchConfig base = FixMatchConfig.DEFAULT;
    FixMatchConfig config =
        new FixMatchConfig(
            settings.number("threshold", base.threshold()),
            settings.number("lambda_u", base.lambdaU()),
            settings.flag("soft_targets", base.softTargets()),
            settings.number("temperature", base.temperature()));
    return TeacherSettings.read(
            settings, TeacherMode.EMAN, TeacherSettings.Schedule.WARMUP, 0.999, totalSteps)
        .follow(student)
        .map(pair -> new FixMatch(student, pair.teacher(), pair.update(), config))
        .orElseGet(() -> new FixMatch(student, config));
  }
}
