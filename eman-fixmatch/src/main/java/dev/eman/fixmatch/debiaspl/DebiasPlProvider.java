package dev.eman.fixmatch.debiaspl;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.PseudoLabelAlgorithm;
import dev.eman.core.algorithm.PseudoLabelProvider;
import dev.eman.core.algorithm.TeacherSettings;
import org.jspecify.annotations.Nullable;

/** Provides {@link DebiasPl} by name. */
public final class DebiasPlProvider extends PseudoLabelProvider {
  /** For {@link java.util.ServiceLoader}. */
  public DebiasPlProvider() {
    super(
        "debiaspl",
        "pseudo labels without the bias towards classes that are predicted often (arXiv 2201.01490)",
        DebiasPlConfig.OPTIONS);
  }

  @Override
  protected PseudoLabelAlgorithm create(
      AlgorithmContext context, TeacherSettings.@Nullable Pair pair, double lambdaU) {
    return new DebiasPl(
        context.student(),
        pair,
        DebiasPlConfig.read(context.options(), lambdaU),
        context.classes());
  }
}
