package dev.eman.fixmatch.uda;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.PseudoLabelAlgorithm;
import dev.eman.core.algorithm.PseudoLabelProvider;
import dev.eman.core.algorithm.TeacherSettings;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Provides {@link Uda} by name. */
public final class UdaProvider extends PseudoLabelProvider {
  /** For {@link java.util.ServiceLoader}. */
  public UdaProvider() {
    super(
        "uda",
        "sharpened soft labels, and training signal annealing (arXiv 1904.12848)",
        UdaConfig.OPTIONS);
  }

  @Override
  public void checkEffect(AlgorithmOptions options, Set<String> set) {
    super.checkEffect(options, set);
    UdaConfig.checkEffect(options, set);
  }

  @Override
  protected PseudoLabelAlgorithm create(
      AlgorithmContext context, TeacherSettings.@Nullable Pair pair, double lambdaU) {
    return new Uda(
        context.student(), pair, UdaConfig.read(context.options(), lambdaU), context.totalSteps());
  }
}
