package dev.eman.similarity.simmatch;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TeacherOptions;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.nn.Backbone;
import dev.eman.core.option.OptionSpec;
import dev.eman.similarity.ProjectionHead;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Provides {@link SimMatch} by name. */
public final class SimMatchProvider implements AlgorithmProvider {
  private static final TeacherOptions TEACHER =
      TeacherOptions.of(TeacherMode.EMAN, TeacherOptions.Schedule.WARMUP, 0.999);
  private static final ProjectionHead.Options HEAD = ProjectionHead.Options.of(128);

  /** For {@link java.util.ServiceLoader}. */
  public SimMatchProvider() {}

  @Override
  public String name() {
    return "simmatch";
  }

  @Override
  public String description() {
    return "pseudo labels and similarities to labelled images match (arXiv 2203.06915)";
  }

  @Override
  public ImmutableList<View> views() {
    return ImmutableList.of(View.WEAK, View.STRONG);
  }

  @Override
  public ImmutableList<OptionSpec<?>> options() {
    return ImmutableList.<OptionSpec<?>>builder()
        .addAll(TEACHER.list())
        .addAll(SimMatchConfig.OPTIONS)
        .addAll(HEAD.list())
        .build();
  }

  @Override
  public ComputationGraph network(
      Backbone backbone, int classes, AlgorithmOptions options, long seed) {
    return HEAD.read(options).network(backbone, classes, seed);
  }

  @Override
  public void checkEffect(AlgorithmOptions options, Set<String> set) {
    TEACHER.checkEffect(options, set);
  }

  @Override
  public StudentTeacherAlgorithm create(AlgorithmContext context) {
    return new SimMatch(
        context.student(),
        TEACHER.read(context).follow(context.student()).orElse(null),
        SimMatchConfig.read(context.options()),
        context.labeledImages());
  }
}
