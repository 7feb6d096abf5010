package dev.eman.fixmatch.adamatch;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.PseudoLabelAlgorithm;
import dev.eman.core.algorithm.PseudoLabelProvider;
import dev.eman.core.algorithm.TeacherSettings;
import org.jspecify.annotations.Nullable;

/** Provides {@link AdaMatch} by name. */
public final class AdaMatchProvider extends PseudoLabelProvider {
  /** For {@link java.util.ServiceLoader}. */
  public AdaMatchProvider() {
    super(
        "adamatch",
        "pseudo labels aligned with the labelled images, relative threshold (arXiv 2106.04732)",
        AdaMatchConfig.OPTIONS);
  }

  @Override
  protected PseudoLabelAlgorithm create(
      AlgorithmContext context, TeacherSettings.@Nullable Pair pair, double lambdaU) {
    return new AdaMatch(
        context.student(),
        pair,
        AdaMatchConfig.read(context.options(), lambdaU),
        context.classes(),
        context.seed());
  }
}
