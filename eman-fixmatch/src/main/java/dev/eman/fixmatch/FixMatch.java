package dev.eman.fixmatch;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.loss.Softmax;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Confident predictions for weak views are labels for strong views of the same images:
 *
 * <p>{@code L = H(y, p(x)) + λ_u / (μB) Σ 1[max q ≥ τ] H(argmax q, p(strong))}, with {@code q} the
 * teacher's prediction for the weak view, or the student's own in the same forward pass where there
 * is no teacher.
 *
 * <p>Sohn et al. 2020 (arXiv 2001.07685); with a teacher Cai et al. 2021 (arXiv 2101.08482),
 * section 3.3. Wants two views: weak, strong.
 */
public final class FixMatch extends StudentTeacherAlgorithm {
  private static final int WEAK = 0;
  private static final int STRONG = 1;

  private final FixMatchConfig config;

  /** With a teacher: EMAN, or the EMA baseline. */
  public FixMatch(Student student, Teacher teacher, TeacherUpdate update, FixMatchConfig config) {
    super(student, teacher, update);
    this.config = config;
  }

  /** The original, without a teacher. */
  public FixMatch(Student student, FixMatchConfig config) {
    super(student);
    this.config = config;
  }

  @Override
  protected LossTerms computeLoss(StepContext context) {
    Batch batch = context.batch();
    INDArray labeled = batch.requireLabeled();
    INDArray weak = batch.view(WEAK);
    INDArray strong = batch.view(STRONG);
    @Nullable INDArray targetLogits = teacher() == null ? null : context.teacher(weak)[0];
    INDArray logits =
        targetLogits == null
            ? context.student(labeled, weak, strong)[0]
            : context.student(labeled, strong)[0];
    long b = labeled.size(0);
    long n = logits.size(0);
    long firstStrong = n - strong.size(0);
    if (targetLogits == null) {
      targetLogits = StepContext.rows(logits, b, firstStrong);
    }
    INDArray probabilities = Softmax.of(targetLogits);
    PseudoLabels pseudo = PseudoLabels.of(probabilities, config.threshold());

    INDArray gradient = logits.ulike();
    if (firstStrong > b) {
      StepContext.rows(gradient, b, firstStrong).assign(0); // Targets are constants.
    }
    double lossX =
        SoftmaxCrossEntropy.withLabelsInto(
            StepContext.rows(logits, 0, b),
            batch.labels().toArray(),
            ExampleWeights.uniform(),
            StepContext.rows(gradient, 0, b));
    INDArray gradientU = StepContext.rows(gradient, firstStrong, n);
    double lossU =
        unlabeledLoss(StepContext.rows(logits, firstStrong, n), targetLogits, pseudo, gradientU);
    if (config.lambdaU() != 1) {
      gradientU.muli(config.lambdaU());
    }
    LossTerms.Builder terms =
        LossTerms.builder().loss("loss_x", lossX).loss("loss_u", lossU, config.lambdaU());
    addMetrics(terms, pseudo, batch.hiddenLabels());
    return terms.gradient(gradient).build();
  }

  private double unlabeledLoss(
      INDArray logits, INDArray targetLogits, PseudoLabels pseudo, INDArray gradient) {
    ExampleWeights mask = ExampleWeights.of(pseudo.mask());
    if (!config.softTargets()) {
      return SoftmaxCrossEntropy.withLabelsInto(logits, pseudo.labels(), mask, gradient);
    }
    INDArray targets = Softmax.of(targetLogits, config.temperature());
    return SoftmaxCrossEntropy.withTargetsInto(logits, targets, mask, gradient);
  }

  /** True labels of unlabelled images get here and no further. */
  private static void addMetrics(
      LossTerms.Builder terms, PseudoLabels pseudo, ImmutableIntArray hidden) {
    terms.metric("mask_rate", pseudo.maskRate());
    if (!hidden.isEmpty()) {
      terms.metric("pseudo_accuracy", pseudo.accuracy(hidden));
      if (pseudo.maskRate() > 0) {
        terms.metric("pseudo_accuracy_confident", pseudo.confidentAccuracy(hidden));
      }
    }
  }
}
