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
 * the same forward pass where there is no teacher. Needs labels and two views: weak, strong.
 *
 * <p>A method is its rule. What it remembers from step to step, about each image for example, is
 * {@link #state}, contributed to with {@link StepContext#contribute}.
 */
public abstract class PseudoLabelAlgorithm extends StudentTeacherAlgorithm {
  private static final int WEAK = 0;
  private static final int STRONG = 1;

  private final double lambdaU;

  /**
   * With a teacher: EMAN, or the EMA baseline.
   *
   * @param lambdaU λ_u, at least 0
   */
  protected PseudoLabelAlgorithm(
      Student student, Teacher teacher, TeacherUpdate update, double lambdaU) {
    super(student, teacher, update);
    this.lambdaU = checked(lambdaU);
  }

  /**
   * Without a teacher.
   *
   * @param lambdaU λ_u, at least 0
   */
  protected PseudoLabelAlgorithm(Student student, double lambdaU) {
    super(student);
    this.lambdaU = checked(lambdaU);
  }

  private static double checked(double lambdaU) {
    checkArgument(lambdaU >= 0, "lambda_u: expected at least 0, got %s", lambdaU);
    return lambdaU;
  }

  /**
   * The targets of strong views, and their weights.
   *
   * @param predictions for the weak views
   */
  protected abstract PseudoLabels pseudoLabels(StepContext context, Predictions predictions);

  @Override
  protected final LossTerms computeLoss(StepContext context) {
    Batch batch = context.batch();
    INDArray labeled = batch.requireLabeled();
    INDArray weak = batch.view(WEAK);
    INDArray strong = batch.view(STRONG);
    @Nullable INDArray weakLogits = teacher() == null ? null : context.teacher(weak)[0];
    INDArray logits =
        weakLogits == null
            ? context.student(labeled, weak, strong)[0]
            : context.student(labeled, strong)[0];
    long b = labeled.size(0);
    long n = logits.size(0);
    long firstStrong = n - strong.size(0);
    if (weakLogits == null) {
      weakLogits = StepContext.rows(logits, b, firstStrong);
    }
    PseudoLabels pseudo =
        pseudoLabels(context, Predictions.of(weakLogits, batch.unlabeledIndices()));

    INDArray gradient = logits.ulike();
    if (firstStrong > b) {
      StepContext.rows(gradient, b, firstStrong).assign(0); // Targets are constants.
    }
    double lossX =
        SoftmaxCrossEntropy.withLabelsInto(
            StepContext.rows(logits, 0, b),
            batch.labels().toArray(),
            context.labelWeights(),
            StepContext.rows(gradient, 0, b));
    INDArray gradientU = StepContext.rows(gradient, firstStrong, n);
    double lossU = pseudo.crossEntropyInto(StepContext.rows(logits, firstStrong, n), gradientU);
    if (lambdaU != 1) {
      gradientU.muli(lambdaU);
    }
    LossTerms.Builder terms =
        LossTerms.builder().loss("loss_x", lossX).loss("loss_u", lossU, lambdaU);
    pseudo.addMetrics(terms, batch.hiddenLabels()); // True labels get here and no further.
    return terms.gradient(gradient).build();
  }
}
