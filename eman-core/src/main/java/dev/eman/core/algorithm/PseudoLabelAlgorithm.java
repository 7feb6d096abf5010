package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.data.Batch;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The FixMatch family: predictions for weak views are targets for strong views of the same images.
 *
 * <p>{@code L = H(y, p(x)) + λ_u / (μB) Σ wᵢ H(tᵢ, p(strongᵢ))}, with targets t and weights w by
 * {@link #pseudoLabels} from the teacher's predictions for the weak views, or the student's own in
 * the same forward pass where there is no teacher, or one that only follows. Needs labels and two
 * views: weak, strong.
 *
 * <p>A method is its rule, which may add a bias for each class and terms of its own to the loss of
 * the strong views ({@link PseudoLabels}); one that counts labelled images in another way overrides
 * {@link #labeledLoss}. What it remembers from step to step, about each image for example, is
 * {@link #state}, contributed to with {@link StepContext#contribute} or a {@link MovingAverage}.
 */
public abstract class PseudoLabelAlgorithm extends StudentTeacherAlgorithm {
  private static final int WEAK = 0;
  private static final int STRONG = 1;

  private final double lambdaU;
  private final boolean taught;

  /**
   * With a teacher: EMAN, or the EMA baseline.
   *
   * @param lambdaU λ_u, at least 0
   */
  protected PseudoLabelAlgorithm(
      Student student, Teacher teacher, TeacherUpdate update, double lambdaU) {
    this(student, new TeacherSettings.Pair(teacher, update), lambdaU);
  }

  /**
   * Without a teacher.
   *
   * @param lambdaU λ_u, at least 0
   */
  protected PseudoLabelAlgorithm(Student student, double lambdaU) {
    this(student, null, lambdaU);
  }

  /**
   * With a teacher, that labels or only follows, or without.
   *
   * @param pair the student's teacher; null without
   * @param lambdaU λ_u, at least 0
   */
  protected PseudoLabelAlgorithm(
      Student student, TeacherSettings.@Nullable Pair pair, double lambdaU) {
    super(student, pair);
    checkArgument(lambdaU >= 0, "lambda_u: expected at least 0, got %s", lambdaU);
    this.lambdaU = lambdaU;
    this.taught = pair != null && pair.labels();
  }

  /**
   * The weight of the unlabelled loss in a step: the constructor's λ_u, unless overridden.
   *
   * @param step from 0
   */
  protected double lambdaU(long step) {
    return lambdaU;
  }

  /**
   * The targets of strong views, and their weights.
   *
   * @param predictions for the weak views
   */
  protected abstract PseudoLabels pseudoLabels(StepContext context, Predictions predictions);

  /**
   * Whether the teacher predicts the labelled images too, in one batch with the weak views, for
   * {@link Predictions#labeled}; otherwise these are the student's, of its training pass.
   */
  protected boolean teacherSeesLabeled() {
    return false;
  }

  /**
   * The logits that the labelled images are judged by: those of the student's pass, unless
   * overridden.
   *
   * @param joint {@code [B, K]} of the pass with all images; read
   */
  protected INDArray labeledLogits(StepContext context, INDArray joint) {
    return joint;
  }

  /**
   * The loss of the labelled images: their mean cross-entropy, or that of {@link
   * StepContext#labelWeights}, unless overridden.
   *
   * @param logits {@code [B, K]} of {@link #labeledLogits}; read
   * @param gradient {@code [B, K]}; overwritten with the gradient with respect to the student's
   *     logits
   */
  protected double labeledLoss(StepContext context, INDArray logits, INDArray gradient) {
    return SoftmaxCrossEntropy.withLabelsInto(
        logits, context.batch().labels().toArray(), context.labelWeights(), gradient);
  }

  @Override
  protected LossTerms computeLoss(StepContext context) {
    Batch batch = context.batch();
    INDArray labeled = batch.requireLabeled();
    INDArray weak = batch.view(WEAK);
    INDArray strong = batch.view(STRONG);
    @Nullable INDArray taught = taught(context, labeled, weak);
    INDArray all =
        taught == null
            ? context.student(labeled, weak, strong)[0]
            : context.student(labeled, strong)[0];
    long b = labeled.size(0);
    long n = all.size(0);
    long firstStrong = n - strong.size(0);
    INDArray logits = labeledLogits(context, StepContext.rows(all, 0, b));
    INDArray weakLogits =
        taught == null ? StepContext.rows(all, b, firstStrong) : lastRows(taught, weak.size(0));
    INDArray judged =
        taught != null && teacherSeesLabeled() ? StepContext.rows(taught, 0, b) : logits;
    PseudoLabels pseudo =
        pseudoLabels(
            context,
            Predictions.of(weakLogits, batch.unlabeledIndices())
                .beside(() -> Predictions.of(judged)));

    INDArray gradient = all.ulike();
    if (firstStrong > b) {
      StepContext.rows(gradient, b, firstStrong).assign(0); // Targets are constants.
    }
    double lossX = labeledLoss(context, logits, StepContext.rows(gradient, 0, b));
    LossTerms.Builder terms = LossTerms.builder().loss("loss_x", lossX);
    addStrongLoss(
        terms,
        lambdaU(context.step()),
        pseudo,
        lastRows(all, n - firstStrong),
        lastRows(gradient, n - firstStrong));
    pseudo.addMetrics(terms, batch.hiddenLabels()); // True labels get here and no further.
    return terms.gradient(gradient).build();
  }

  private static void addStrongLoss(
      LossTerms.Builder terms,
      double weight,
      PseudoLabels pseudo,
      INDArray logits,
      INDArray gradient) {
    double lossU = pseudo.crossEntropyInto(logits, gradient);
    if (weight != 1) {
      gradient.muli(weight);
    }
    terms.loss("loss_u", lossU, weight);
    pseudo.addTerms(terms, logits, gradient);
  }

  private @Nullable INDArray taught(StepContext context, INDArray labeled, INDArray weak) {
    if (!taught) {
      return null;
    }
    return teacherSeesLabeled() ? context.teacher(labeled, weak)[0] : context.teacher(weak)[0];
  }

  private static INDArray lastRows(INDArray matrix, long count) {
    return StepContext.rows(matrix, matrix.size(0) - count, matrix.size(0));
  }
}
