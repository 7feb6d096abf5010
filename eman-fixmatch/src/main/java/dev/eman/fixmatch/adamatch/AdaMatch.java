package dev.eman.fixmatch.adamatch;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.Contributions;
import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.MovingAverage;
import dev.eman.core.algorithm.Predictions;
import dev.eman.core.algorithm.PseudoLabelAlgorithm;
import dev.eman.core.algorithm.PseudoLabelRule;
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
 * FixMatch on aligned predictions, {@code q ∝ p (p̄_x / p̄_u)}, kept from a confidence of {@code τ
 * · mean max p(x)} on: p̄_x and p̄_u are the average predictions of labelled and unlabelled images.
 *
 * <p>Berthelot et al. 2022 (arXiv 2106.04732). State: p̄_x and p̄_u, which take a step's
 * predictions before they are used. With {@code interpolation} labelled logits are {@code c z + (1
 * − c) z′} with random c, z of the pass with all images and z′ of one with the labelled images
 * alone.
 */
public final class AdaMatch extends PseudoLabelAlgorithm {
  private final AdaMatchConfig config;
  private final MovingAverage labeled;
  private final MovingAverage unlabeled;
  private final MixedLogits mixed;

  /**
   * AdaMatch.
   *
   * @param pair the student's teacher; null without
   * @param classes K
   * @param seed of the interpolation
   * @throws UsageException if a teacher shall predict the labelled images, and there is none that
   *     labels
   */
  public AdaMatch(
      Student student,
      TeacherSettings.@Nullable Pair pair,
      AdaMatchConfig config,
      int classes,
      long seed) {
    this(student, pair, config, classes, Interpolation.seeded(seed));
  }

  /** The same with coefficients of one's own, where the configuration interpolates. */
  public AdaMatch(
      Student student,
      TeacherSettings.@Nullable Pair pair,
      AdaMatchConfig config,
      int classes,
      Interpolation interpolation) {
    super(student, pair, config.lambdaU());
    if ((pair == null || !pair.labels())
        && config.labeledBy() == AdaMatchConfig.Predictor.TEACHER) {
      throw new UsageException(
          "labeled_by: expected student where no teacher labels (teacher=none,"
              + " pseudo_labels=student), got teacher");
    }
    this.config = config;
    this.labeled = MovingAverage.fromUniform("mean_labelled", config.meanMomentum(), classes);
    this.unlabeled = MovingAverage.fromFirst("mean_unlabelled", config.meanMomentum(), classes);
    this.mixed = new MixedLogits(interpolation);
  }

  @Override
  protected Map<String, INDArray> state() {
    return ImmutableMap.of("mean_labelled", labeled.array(), "mean_unlabelled", unlabeled.array());
  }

  @Override
  protected boolean teacherSeesLabeled() {
    return config.labeledBy() == AdaMatchConfig.Predictor.TEACHER;
  }

  @Override
  protected double lambdaU(long step) {
    return config.weight(step);
  }

  @Override
  protected PseudoLabels pseudoLabels(StepContext context, Predictions predictions) {
    Predictions known = predictions.labeled();
    double[] current = unlabeled.including(context, predictions.meanProbabilities());
    double[] target = labeled.including(context, known.meanProbabilities());
    double confidence = Arrays.stream(known.confidences()).average().orElseThrow();
    double threshold = config.threshold() * confidence;
    return PseudoLabelRule.threshold(threshold)
        .label(Alignment.of(predictions, target, current))
        .withMetric("threshold", threshold)
        .withClassMetric("mean_unlabelled", current);
  }

  @Override
  protected void afterStep(Batch batch, Contributions contributions) {
    labeled.update(contributions);
    unlabeled.update(contributions);
  }

  @Override
  protected int passes() {
    return config.interpolation() ? 2 : 1;
  }

  @Override
  protected LossTerms computeLoss(StepContext context) {
    if (context.pass() > 0) {
      return mixed.finish(context);
    }
    if (config.interpolation()) {
      mixed.begin(context);
    }
    return super.computeLoss(context);
  }

  @Override
  protected INDArray labeledLogits(StepContext context, INDArray joint) {
    return config.interpolation() ? mixed.of(context, joint) : joint;
  }

  @Override
  protected double labeledLoss(StepContext context, INDArray logits, INDArray gradient) {
    double loss = super.labeledLoss(context, logits, gradient);
    if (config.interpolation()) {
      mixed.divide(gradient);
    }
    return loss;
  }
}
