package dev.eman.fixmatch.freematch;

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
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * FixMatch whose thresholds adapt themselves: that of class c is {@code t p̄_c / max p̄}, with t
 * the average confidence and p̄ the average prediction, within bounds if there are any, and a
 * fairness loss −H(e, s) of the classes' average share e and that of the strong views, s. It is
 * minimised as published, which drives s away from e.
 *
 * <p>Wang et al. 2023 (arXiv 2205.07246). State: t, p̄ and the average histogram of labels, which
 * take a step's predictions before they are used.
 */
public final class FreeMatch extends PseudoLabelAlgorithm {
  private final FreeMatchConfig config;
  private final MovingAverage threshold;
  private final MovingAverage probability;
  private final MovingAverage histogram;

  /**
   * FreeMatch.
   *
   * @param pair the student's teacher; null without
   * @param classes K
   */
  public FreeMatch(
      Student student, TeacherSettings.@Nullable Pair pair, FreeMatchConfig config, int classes) {
    super(student, pair, config.lambdaU());
    this.config = config;
    double m = config.thresholdMomentum();
    this.threshold = MovingAverage.from("global_threshold", m, 1.0 / classes);
    this.probability = MovingAverage.fromUniform("mean_probability", m, classes);
    this.histogram = MovingAverage.fromUniform("label_histogram", m, classes);
  }

  @Override
  protected Map<String, INDArray> state() {
    return ImmutableMap.of(
        "global_threshold", threshold.array(),
        "mean_probability", probability.array(),
        "label_histogram", histogram.array());
  }

  @Override
  protected PseudoLabels pseudoLabels(StepContext context, Predictions predictions) {
    double confidence = Arrays.stream(predictions.confidences()).average().orElseThrow();
    double global = threshold.including(context, confidence)[0];
    double[] mean = probability.including(context, predictions.meanProbabilities());
    double[] labels = histogram.including(context, predictions.labelHistogram());
    double greatest = Arrays.stream(mean).max().orElseThrow();
    double[] thresholds =
        Arrays.stream(mean).map(p -> config.bounded(global * p / greatest)).toArray();
    float[] mask = new float[predictions.size()];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = predictions.confidence(i) >= thresholds[predictions.label(i)] ? 1 : 0;
    }
    return PseudoLabels.hard(predictions.labels(), mask)
        .withTerm("loss_f", config.lambdaF(), new Fairness(mask, mean, labels))
        .withMetric("threshold", global)
        .withClassMetric("threshold", thresholds)
        .withClassMetric("label_histogram", labels);
  }

  @Override
  protected void afterStep(Batch batch, Contributions contributions) {
    threshold.update(contributions);
    probability.update(contributions);
    histogram.update(contributions);
  }
}
