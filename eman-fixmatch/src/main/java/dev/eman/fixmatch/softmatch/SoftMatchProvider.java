package dev.eman.fixmatch.softmatch;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.PseudoLabelAlgorithm;
import dev.eman.core.algorithm.PseudoLabelProvider;
import dev.eman.core.algorithm.TeacherSettings;
import org.jspecify.annotations.Nullable;

/** Provides {@link SoftMatch} by name. */
public final class SoftMatchProvider extends PseudoLabelProvider {
  /** For {@link java.util.ServiceLoader}. */
  public SoftMatchProvider() {
    super(
        "softmatch",
        "weights by confidence instead of a threshold (arXiv 2301.10921)",
        SoftMatchConfig.OPTIONS);
  }

  @Override
  protected PseudoLabelAlgorithm create(
      AlgorithmContext context, TeacherSettings.@Nullable Pair pair, double lambdaU) {
    return new SoftMatch(
        context.student(),
        pair,
        SoftMatchConfig.read(context.options(), lambdaU),
        context.classes());
  }
}
