package dev.eman.fixmatch.freematch;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.PseudoLabelAlgorithm;
import dev.eman.core.algorithm.PseudoLabelProvider;
import dev.eman.core.algorithm.TeacherSettings;
import org.jspecify.annotations.Nullable;

/** Provides {@link FreeMatch} by name. */
public final class FreeMatchProvider extends PseudoLabelProvider {
  /** For {@link java.util.ServiceLoader}. */
  public FreeMatchProvider() {
    super(
        "freematch",
        "thresholds that adapt themselves, and a fairness loss (arXiv 2205.07246)",
        FreeMatchConfig.OPTIONS);
  }

  @Override
  protected PseudoLabelAlgorithm create(
      AlgorithmContext context, TeacherSettings.@Nullable Pair pair, double lambdaU) {
    return new FreeMatch(
        context.student(),
        pair,
        FreeMatchConfig.read(context.options(), lambdaU),
        context.classes());
  }
}
