package dev.eman.fixmatch.flexmatch;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.PseudoLabelAlgorithm;
import dev.eman.core.algorithm.PseudoLabelProvider;
import dev.eman.core.algorithm.TeacherSettings;
import org.jspecify.annotations.Nullable;

/** Provides {@link FlexMatch} by name. */
public final class FlexMatchProvider extends PseudoLabelProvider {
  /** For {@link java.util.ServiceLoader}. */
  public FlexMatchProvider() {
    super(
        "flexmatch",
        "a threshold for each class by how well it is learned (arXiv 2110.08263)",
        FlexMatchConfig.OPTIONS);
  }

  @Override
  protected PseudoLabelAlgorithm create(
      AlgorithmContext context, TeacherSettings.@Nullable Pair pair, double lambdaU) {
    return new FlexMatch(
        context.student(),
        pair,
        FlexMatchConfig.read(context.options(), lambdaU),
        context.classes(),
        context.unlabeledImages());
  }
}
