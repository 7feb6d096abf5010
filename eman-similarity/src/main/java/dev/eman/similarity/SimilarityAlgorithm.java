package dev.eman.similarity;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.algorithm.Contributions;
import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.PseudoLabels;
import dev.eman.core.algorithm.Reduction;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.Directions;
import dev.eman.core.loss.Softmax;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.model.Student;
import dev.eman.core.nn.GraphParts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * FixMatch with an embedding beside the classifier, as {@link ProjectionHead} makes it: {@code L =
 * H(y, p(x)) + λ_u / (μB) Σ 1[max tᵢ ≥ τ] H(tᵢ, p(strongᵢ)) + L_s}. Predictions for weak views are
 * aligned over batches; {@link #relate} makes the targets t of them and of similarities, and the
 * loss L_s of the strong views' embeddings.
 *
 * <p>Labelled and weak views are the teacher's, or without a teacher the student's own in the same
 * forward pass, as constants. Needs labels and views: weak, then strong ones, of which the first
 * learns classes.
 */
public abstract class SimilarityAlgorithm extends StudentTeacherAlgorithm {
  private static final String BATCH_MEAN = "batch_mean";

  private final SimilarityConfig config;
  private final int strongViews;
  private final DistributionAlignment alignment;

  /**
   * An algorithm.
   *
   * @param pair the teacher, EMAN or the EMA baseline; null for the student itself
   * @param strongViews how many the student learns from, at least 1
   */
  protected SimilarityAlgorithm(
      Student student,
      TeacherSettings.@Nullable Pair pair,
      SimilarityConfig config,
      int strongViews) {
    super(student, pair);
    this.config = config;
    this.strongViews = strongViews;
    this.alignment =
        new DistributionAlignment(
            config.alignmentWindow(),
            GraphParts.outputWidth(student.graph(), 0),
            student.parameters().dataType());
  }

  /** The width D of a student's embeddings, its second output. */
  protected static int dimension(Student student) {
    return GraphParts.outputWidth(student.graph(), 1);
  }

  /**
   * Embeddings of one part of a batch, all of length 1.
   *
   * @param labeled of the labelled images {@code [B, D]}, constants
   * @param weak of the weak views {@code [M, D]}, constants
   * @param strong of the strong views {@code [views M, D]}, one view behind the other
   */
  public record Embeddings(INDArray labeled, INDArray weak, INDArray strong) {}

  /**
   * What similarities say.
   *
   * @param targets of the strong views {@code [M, K]}, probabilities
   * @param gradient of the weighted loss with respect to the strong views' embeddings {@code [views
   *     M, D]}; overwritten
   */
  public record Relation(INDArray targets, INDArray gradient) {}

  /**
   * Relates embeddings and predictions.
   *
   * @param aligned predictions for the weak views {@code [M, K]}
   * @param terms takes the method's own loss, with its weight, and metrics
   */
  protected abstract Relation relate(
      StepContext context, Embeddings embeddings, INDArray aligned, LossTerms.Builder terms);

  /**
   * A prediction and what similar images say, {@code α own + (1 − α) others}.
   *
   * @param share α in [0, 1]
   */
  public static INDArray mixed(double share, INDArray own, INDArray others) {
    return own.mul(share).addi(others.mul(1 - share));
  }

  /** What the method itself remembers; see {@link StudentTeacherAlgorithm#state}. */
  protected abstract Map<String, INDArray> memory();

  /** Changes {@link #memory}; see {@link StudentTeacherAlgorithm#afterStep}. */
  protected abstract void remember(Contributions contributions);

  @Override
  protected final Map<String, INDArray> state() {
    return ImmutableMap.<String, INDArray>builder()
        .putAll(alignment.state())
        .putAll(memory())
        .buildOrThrow();
  }

  @Override
  protected final void afterStep(Batch batch, Contributions contributions) {
    alignment.add(contributions.get(BATCH_MEAN));
    remember(contributions);
  }

  @Override
  protected final LossTerms computeLoss(StepContext context) {
    Pass pass = forward(context);
    LossTerms.Builder terms = LossTerms.builder();
    INDArray gradient = Nd4j.zeros(pass.logits().dataType(), pass.logits().shape());
    terms.loss(
        "loss_x",
        SoftmaxCrossEntropy.withLabelsInto(
            StepContext.rows(pass.logits(), 0, pass.labeled()),
            context.batch().labels().toArray(),
            context.labelWeights(),
            StepContext.rows(gradient, 0, pass.labeled())));
    context.contribute(
        BATCH_MEAN, Reduction.MEAN, DistributionAlignment.mean(pass.probabilities()));
    Relation relation =
        relate(context, pass.embeddings(), alignment.align(pass.probabilities()), terms);
    PseudoLabels pseudo = PseudoLabels.soft(relation.targets(), mask(relation.targets()));
    long to = pass.strong() + pseudo.size();
    INDArray gradientU = StepContext.rows(gradient, pass.strong(), to);
    terms.loss(
        "loss_u",
        pseudo.crossEntropyInto(StepContext.rows(pass.logits(), pass.strong(), to), gradientU),
        config.lambdaU());
    gradientU.muli(config.lambdaU());
    pseudo.addMetrics(terms, context.batch().hiddenLabels()); // True labels get here, no further.
    return terms.gradient(gradient).gradient(pass.backward(relation.gradient())).build();
  }

  /**
   * Both networks' outputs.
   *
   * @param logits of the student, all of its rows
   * @param labeled rows of labelled images, the first ones
   * @param strong the first row of strong views, the last ones
   * @param probabilities for the weak views
   * @param constants embeddings of labelled images and weak views
   * @param learned embeddings of the strong views
   */
  private record Pass(
      INDArray logits,
      long labeled,
      long strong,
      INDArray probabilities,
      Directions constants,
      Directions learned) {
    Embeddings embeddings() {
      INDArray all = constants.unit();
      return new Embeddings(
          StepContext.rows(all, 0, labeled),
          StepContext.rows(all, labeled, all.size(0)),
          learned.unit());
    }

    /** The gradient of the student's embeddings from that of the strong views' directions. */
    INDArray backward(INDArray gradient) {
      INDArray all = Nd4j.zeros(logits.dataType(), logits.size(0), gradient.size(1));
      StepContext.rows(all, strong, all.size(0)).assign(learned.backwardInPlace(gradient));
      return all;
    }
  }

  private Pass forward(StepContext context) {
    Batch batch = context.batch();
    INDArray labeled = batch.requireLabeled();
    INDArray weak = batch.view(0);
    batch.view(strongViews); // Refused before anything has run.
    INDArray @Nullable [] theirs = teacher() == null ? null : context.teacher(labeled, weak);
    List<INDArray> images = new ArrayList<>(List.of(labeled));
    images.addAll(batch.views().subList(theirs == null ? 0 : 1, strongViews + 1));
    INDArray[] ours = context.student(images.toArray(new INDArray[0]));
    INDArray[] fixed = theirs == null ? ours : theirs;
    long b = labeled.size(0);
    long to = b + weak.size(0);
    long n = ours[0].size(0);
    long strong = n - strongViews * weak.size(0);
    return new Pass(
        ours[0],
        b,
        strong,
        Softmax.of(StepContext.rows(fixed[0], b, to)),
        Directions.of(StepContext.rows(fixed[1], 0, to)),
        Directions.of(StepContext.rows(ours[1], strong, n)));
  }

  private float[] mask(INDArray targets) {
    double[] greatest = targets.max(1).toDoubleVector();
    float[] mask = new float[greatest.length];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = greatest[i] >= config.threshold() ? 1 : 0;
    }
    return mask;
  }
}
