package com.example;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TeacherOptions;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.option.OptionSpec;

/** Named in META-INF/services, so that {@code eman train --algorithm steadymatch} finds it. */
public final class SteadyMatchProvider implements AlgorithmProvider {
  private static final TeacherOptions TEACHER =
      TeacherOptions.of(TeacherMode.EMAN, TeacherOptions.Schedule.CONSTANT, 0.99).required();
  private static final OptionSpec<Double> THRESHOLD =
      OptionSpec.number("threshold", 0.8)
          .between(0, 1)
          .describedAs("least confidence of a pseudo label");

  @Override
  public String name() {
    return "steadymatch";
  }

  @Override
  public String description() {
    return "pseudo labels that were the same when the image was last seen";
  }

  @Override
  public ImmutableList<View> views() {
    return ImmutableList.of(View.WEAK, View.STRONG);
  }

  @Override
  public ImmutableList<OptionSpec<?>> options() {
    return ImmutableList.<OptionSpec<?>>builder().addAll(TEACHER.list()).add(THRESHOLD).build();
  }

  @Override
  public StudentTeacherAlgorithm create(AlgorithmContext context) {
    return new SteadyMatch(
        context.student(),
        TEACHER.read(context).follow(context.student()).orElseThrow(),
        context.options().get(THRESHOLD),
        context.unlabeledImages());
  }
}
