package dev.eman.core.algorithm;

import com.google.common.collect.ImmutableList;
import dev.eman.core.model.Student;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.option.OptionSpec;
import java.util.Set;

/** Finds {@link Supervised} by name. */
public final class SupervisedProvider implements AlgorithmProvider {
  private static final TeacherOptions TEACHER =
      TeacherOptions.of(TeacherMode.NONE, TeacherOptions.Schedule.WARMUP, 0.999);

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
  public ImmutableList<OptionSpec<?>> options() {
    return TEACHER.list();
  }

  @Override
  public void checkEffect(AlgorithmOptions options, Set<String> set) {
    TEACHER.checkEffect(options, set);
  }

  @Override
  public StudentTeacherAlgorithm create(AlgorithmContext context) {
    Student student = context.student();
    return TEACHER
        .read(context)
        .follow(student)
        .map(pair -> new Supervised(student, pair.teacher(), pair.update()))
        .orElseGet(() -> new Supervised(student));
  }
}
