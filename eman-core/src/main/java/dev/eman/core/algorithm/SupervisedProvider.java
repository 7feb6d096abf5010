package dev.eman.core.algorithm;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.Settings;
import dev.eman.core.model.Student;
import dev.eman.core.model.TeacherMode;

/** Finds {@link Supervised} by name. */
public final class SupervisedProvider implements AlgorithmProvider {
  /** For {@link java.util.ServiceLoader}. */
  public SupervisedProvider() {}

  @Override
  public String name() {
    return "supervised";
  }

  @Override
  public String description() {
    return "the labelled images alone: the baseline";
  }

  @Override
  public ImmutableList<View> views() {
    return ImmutableList.of();
  }

  @Override
  public ImmutableMap<String, String> options() {
    return ImmutableMap.of(
        "teacher", "none: none, or eman or ema for one that follows",
        "teacher_momentum", "0.999: of its moving average",
        "momentum_schedule", "warmup: constant, warmup, ramp, cosine");
  }

  @Override
  public StudentTeacherAlgorithm create(Student student, Settings settings, long totalSteps) {
    return TeacherSettings.read(
            settings, TeacherMode.NONE, TeacherSettings.Schedule.WARMUP, 0.999, totalSteps)
        .follow(student)
        .map(pair -> new Supervised(student, pair.teacher(), pair.update()))
        .orElseGet(() -> new Supervised(student));
  }
}
