package dev.eman.similarity.comatch;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Recipe;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TeacherOptions;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.nn.Backbone;
import dev.eman.core.option.OptionSpec;
import dev.eman.similarity.ProjectionHead;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Provides {@link CoMatch} by name. */
public final class CoMatchProvider implements AlgorithmProvider {
  private static final TeacherOptions TEACHER =
      TeacherOptions.of(TeacherMode.EMAN, TeacherOptions.Schedule.WARMUP, 0.999);
  private static final ProjectionHead.Options HEAD = ProjectionHead.Options.of(64);

  /** For {@link java.util.ServiceLoader}. */
  public CoMatchProvider() {}

  @Override
  public String name() {
    return "comatch";
  }

  @Override
  public String description() {
    return "pseudo labels and embeddings learn from each other's graph (arXiv 2011.11183)";
  }

  @Override
  public ImmutableList<View> views() {
    return ImmutableList.of(View.WEAK, View.STRONG, View.SECOND);
  }

  @Override
  public ImmutableList<OptionSpec<?>> options() {
    return ImmutableList.<OptionSpec<?>>builder()
        .addAll(TEACHER.list())
        .addAll(CoMatchConfig.OPTIONS)
        .addAll(HEAD.list())
        .build();
  }

  /** The paper's second strong view, for small images; FixMatch's settings suit it otherwise. */
  @Override
  public Recipe recipe() {
    return Recipe.builder().view(View.SECOND, "comatch-strong").build();
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
    return new CoMatch(
        context.student(),
        TEACHER.read(context).follow(context.student()).orElse(null),
        CoMatchConfig.read(context.options()));
  }
}
