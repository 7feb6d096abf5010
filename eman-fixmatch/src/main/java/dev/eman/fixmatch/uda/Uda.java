package dev.eman.fixmatch.uda;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.algorithm.Predictions;
import dev.eman.core.algorithm.PseudoLabelAlgorithm;
import dev.eman.core.algorithm.PseudoLabelRule;
import dev.eman.core.algorithm.PseudoLabels;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.model.Student;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Unsupervised data augmentation: the sharpened prediction for the weak view is the target of the
 * strong one, {@code 1/(μB) Σ 1[max q ≥ τ] H(softmax(z / T), p(strong))}, and labels count only
 * while the student is unsure of them (training signal annealing).
 *
 * <p>Xie et al. 2020 (arXiv 1904.12848). The loss is the cross-entropy, whose gradient is that of
 * the paper's KL divergence. No state.
 */
public final class Uda extends PseudoLabelAlgorithm {
  private final UdaConfig config;
  private final PseudoLabelRule rule;
  private final double totalSteps;

  /**
   * UDA.
   *
   * @param pair the student's teacher; null without
   * @param totalSteps of the run, over which the annealing's limit rises, at least 1
   */
  public Uda(
      Student student, TeacherSettings.@Nullable Pair pair, UdaConfig config, long totalSteps) {
    super(student, pair, config.lambdaU());
    checkArgument(totalSteps > 0, "total steps: expected at least 1, got %s", totalSteps);
    this.config = config;
    this.rule = PseudoLabelRule.softThreshold(config.threshold(), config.temperature());
    this.totalSteps = totalSteps;
  }

  @Override
  protected PseudoLabels pseudoLabels(StepContext context, Predictions predictions) {
    PseudoLabels labels = rule.label(predictions);
    return config.tsa() == UdaConfig.Tsa.NONE
        ? labels
        : labels.withMetric("tsa_threshold", limit(context.step(), predictions.classes()));
  }

  private double limit(long step, int classes) {
    double progress = step / totalSteps;
    double level =
        switch (config.tsa()) {
          case NONE -> 1;
          case LINEAR -> progress;
          case EXP -> Math.exp(5 * (progress - 1));
          case LOG -> 1 - Math.exp(-5 * progress);
        };
    return level * (1 - 1.0 / classes) + 1.0 / classes;
  }

  @Override
  protected double labeledLoss(StepContext context, INDArray logits, INDArray gradient) {
    if (config.tsa() == UdaConfig.Tsa.NONE) {
      return super.labeledLoss(context, logits, gradient);
    }
    Predictions predictions = Predictions.of(logits);
    int[] labels = context.batch().labels().toArray();
    double limit = limit(context.step(), predictions.classes());
    float[] counts = new float[labels.length];
    for (int i = 0; i < labels.length; i++) {
      boolean unsure =
          config.tsaMeasure() == UdaConfig.TsaMeasure.MAX
              ? predictions.confidence(i) <= limit
              : predictions.probability(i, labels[i]) < limit;
      counts[i] = unsure ? 1 : 0;
    }
    ExampleWeights weights = context.labelWeights().times(counts);
    if (config.tsaMeasure() == UdaConfig.TsaMeasure.LABEL) {
      double sum = weights.sum(labels.length);
      weights = weights.dividedBy(sum > 0 ? sum : 1); // Where none counts, the loss is 0.
    }
    return SoftmaxCrossEntropy.withLabelsInto(logits, labels, weights, gradient);
  }
}
