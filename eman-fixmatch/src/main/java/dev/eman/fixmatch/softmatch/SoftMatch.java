package dev.eman.fixmatch.softmatch;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.algorithm.Contributions;
import dev.eman.core.algorithm.MovingAverage;
import dev.eman.core.algorithm.Predictions;
import dev.eman.core.algorithm.PseudoLabelAlgorithm;
import dev.eman.core.algorithm.PseudoLabels;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.fixmatch.Alignment;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * FixMatch with weights instead of a threshold: an image of aligned confidence c weighs {@code
 * exp(−n² min(c − μ, 0)² / (2 σ²))}, with μ and σ² the average mean and variance of confidences.
 *
 * <p>Chen et al. 2023 (arXiv 2301.10921). The label is the most likely class before alignment; the
 * sum is divided by the number of images, not by that of the weights. State: μ, σ² and the average
 * predictions, which take a step's before they are used.
 */
public final class SoftMatch extends PseudoLabelAlgorithm {
  private final SoftMatchConfig config;
  private final MovingAverage unlabeled;
  private final MovingAverage labeled;
  private final MovingAverage confidenceMean;
  private final MovingAverage confidenceVariance;

  /**
   * SoftMatch.
   *
   * @param pair the student's teacher; null without
   * @param classes K
   */
  public SoftMatch(
      Student student, TeacherSettings.@Nullable Pair pair, SoftMatchConfig config, int classes) {
    super(student, pair, config.lambdaU());
    this.config = config;
    double m = config.meanMomentum();
    this.unlabeled = MovingAverage.fromFirst("mean_unlabelled", m, classes);
    this.labeled = MovingAverage.fromUniform("mean_labelled", m, classes);
    this.confidenceMean = MovingAverage.from("confidence_mean", m, 1.0 / classes);
    this.confidenceVariance = MovingAverage.from("confidence_variance", m, 1);
  }

  @Override
  protected Map<String, INDArray> state() {
    ImmutableMap.Builder<String, INDArray> all = ImmutableMap.builder();
    all.put("mean_unlabelled", unlabeled.array());
    if (config.alignment() == SoftMatchConfig.Target.LABELED) {
      all.put("mean_labelled", labeled.array());
    }
    return all.put("confidence_mean", confidenceMean.array())
        .put("confidence_variance", confidenceVariance.array())
        .buildOrThrow();
  }

  @Override
  protected PseudoLabels pseudoLabels(StepContext context, Predictions predictions) {
    double[] current = unlabeled.including(context, predictions.meanProbabilities());
    double[] confidences = aligned(context, predictions, current).confidences();
    double mean = Arrays.stream(confidences).average().orElseThrow();
    // Unbiased, as published. A single image has no spread, only a distance from those before.
    double from = confidences.length > 1 ? mean : confidenceMean.values()[0];
    double squares = Arrays.stream(confidences).map(c -> (c - from) * (c - from)).sum();
    double center = confidenceMean.including(context, mean)[0];
    double variance =
        confidenceVariance.including(context, squares / Math.max(1, confidences.length - 1))[0];
    float[] weights = new float[confidences.length];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double below = Math.min(confidences[i] - center, 0) * config.sigmas();
      // Of equal confidences all weigh 1, whatever the variance's last digits.
      weights[i] = below == 0 ? 1 : (float) Math.exp(-below * below / (2 * variance));
      sum += weights[i];
    }
    return PseudoLabels.hard(predictions.labels(), weights)
        .withMetric("weight_mean", sum / weights.length)
        .withMetric("confidence_mean", center)
        .withMetric("confidence_deviation", Math.sqrt(variance))
        .withClassMetric("mean_unlabelled", current);
  }

  private Predictions aligned(StepContext context, Predictions predictions, double... current) {
    double[] target =
        switch (config.alignment()) {
          case UNIFORM -> labeled.values();
          case LABELED -> labeled.including(context, predictions.labeled().meanProbabilities());
          case NONE -> current;
        };
    return Alignment.of(predictions, target, current);
  }

  @Override
  protected void afterStep(Batch batch, Contributions contributions) {
    unlabeled.update(contributions);
    if (config.alignment() == SoftMatchConfig.Target.LABELED) {
      labeled.update(contributions);
    }
    confidenceMean.update(contributions);
    confidenceVariance.update(contributions);
  }
}
