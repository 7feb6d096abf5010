package dev.eman.fixmatch.debiaspl;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.algorithm.Contributions;
import dev.eman.core.algorithm.MovingAverage;
import dev.eman.core.algorithm.Predictions;
import dev.eman.core.algorithm.PseudoLabelAlgorithm;
import dev.eman.core.algorithm.PseudoLabelRule;
import dev.eman.core.algorithm.PseudoLabels;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * FixMatch without the bias towards classes that are predicted often: labels come from {@code
 * softmax(z − λ log p̄)}, with p̄ the average prediction, and the loss of strong views takes {@code
 * z + λ log p̄}, a margin that is wider for such classes.
 *
 * <p>Wang et al. 2022 (arXiv 2201.01490), published on FixMatch-EMAN; without its optional
 * clustering loss. State: p̄. Labels follow p̄ of the step before, the margin that of this step.
 */
public final class DebiasPl extends PseudoLabelAlgorithm {
  /** Far below any average of float32 probabilities; its logarithm is finite. */
  private static final double LEAST = 1e-30;

  private final DebiasPlConfig config;
  private final PseudoLabelRule rule;
  private final MovingAverage mean;

  /**
   * DebiasPL.
   *
   * @param pair the student's teacher; null without
   * @param classes K
   */
  public DebiasPl(
      Student student, TeacherSettings.@Nullable Pair pair, DebiasPlConfig config, int classes) {
    super(student, pair, config.lambdaU());
    this.config = config;
    this.rule = PseudoLabelRule.threshold(config.threshold());
    this.mean = MovingAverage.fromUniform("mean_probability", config.meanMomentum(), classes);
  }

  @Override
  protected Map<String, INDArray> state() {
    return ImmutableMap.of("mean_probability", mean.array());
  }

  @Override
  protected PseudoLabels pseudoLabels(StepContext context, Predictions predictions) {
    PseudoLabels labels = rule.label(predictions.biased(logarithms(-1, mean.values())));
    double[] average = mean.including(context, predictions.meanProbabilities());
    double[] margin = logarithms(1, average);
    double least = Arrays.stream(margin).min().orElseThrow();
    double greatest = Arrays.stream(margin).max().orElseThrow();
    return labels
        .withLogitBias(margin)
        .withMetric("margin_range", greatest - least)
        .withClassMetric("mean_probability", average);
  }

  private double[] logarithms(double sign, double... probabilities) {
    return Arrays.stream(probabilities)
        .map(p -> sign * config.tau() * Math.log(Math.max(p, LEAST)))
        .toArray();
  }

  @Override
  protected void afterStep(Batch batch, Contributions contributions) {
    mean.update(contributions);
  }
}
