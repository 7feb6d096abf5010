package dev.eman.fixmatch;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.PseudoLabelAlgorithm;
import dev.eman.core.algorithm.PseudoLabelProvider;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.option.OptionSpec;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Provides {@link FixMatch} by name. */
public final class FixMatchProvider extends PseudoLabelProvider {
  private static final OptionSpec<Double> THRESHOLD =
      OptionSpec.number("threshold", FixMatchConfig.DEFAULT.threshold())
          .between(0, 1)
          .describedAs("minimum confidence of a pseudo label");
  private static final OptionSpec<Boolean> SOFT_TARGETS =
      OptionSpec.flag("soft_targets", FixMatchConfig.DEFAULT.softTargets())
          .describedAs("whether targets are distributions rather than classes");
  private static final OptionSpec<Double> TEMPERATURE =
      OptionSpec.number("temperature", FixMatchConfig.DEFAULT.temperature())
          .above(0)
          .describedAs("temperature T of soft targets, softmax(logits / T)");

  /** For {@link java.util.ServiceLoader}. */
  public FixMatchProvider() {
    super(
        "fixmatch",
        "confident pseudo labels of weak views teach strong views (arXiv 2001.07685)",
        ImmutableList.of(THRESHOLD, SOFT_TARGETS, TEMPERATURE));
  }

  @Override
  public void checkEffect(AlgorithmOptions options, Set<String> set) {
    super.checkEffect(options, set);
    options.requireEffect(set, TEMPERATURE, options.get(SOFT_TARGETS), "soft_targets=true");
  }

  @Override
  protected PseudoLabelAlgorithm create(
      AlgorithmContext context, TeacherSettings.@Nullable Pair pair, double lambdaU) {
    AlgorithmOptions options = context.options();
    FixMatchConfig config =
        new FixMatchConfig(
            options.get(THRESHOLD), lambdaU, options.get(SOFT_TARGETS), options.get(TEMPERATURE));
    return new FixMatch(context.student(), pair, config);
  }
}
