package dev.eman.moco.v3;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.eval.EmbeddingSpread;
import dev.eman.core.loss.Directions;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Momentum contrast, version 3, for ResNets: each view's prediction is trained to find the
 * teacher's key of the other view of the same image among those of the whole batch, in both
 * directions and without a queue:
 *
 * <p>{@code L = l(q₁, k₂) + l(q₂, k₁)}, {@code l(q, k) = −2T mean log softmax(q·kᵀ/T)ᵢᵢ}
 *
 * <p>Chen et al. 2021 (arXiv 2104.02057), algorithm 1. Requires two views and no labels. The order
 * is as published: both views through the student, each normalised by itself, which moves the
 * running statistics twice; then the teacher's update; then both views through the teacher.
 *
 * <p>Of a batch in parts, or over devices, each part's negatives are its own images; the published
 * program gathers the keys of all devices.
 */
public final class MocoV3 extends StudentTeacherAlgorithm {
  /** The published program's temperature for ResNets; it has 0.2 for vision transformers. */
  public static final double DEFAULT_TEMPERATURE = 1;

  private final BatchContrast contrast;

  /**
   * MoCo v3 on a student whose output is the prediction {@code [N, D]} and a teacher whose output
   * is the projection {@code [N, D]}, as {@link MocoV3Head} makes them.
   *
   * @param temperature T above 0
   */
  public MocoV3(Student student, Teacher teacher, TeacherUpdate update, double temperature) {
    super(student, teacher, update);
    checkArgument(
        temperature > 0 && Double.isFinite(temperature),
        "temperature: expected above 0, got %s",
        temperature);
    this.contrast = new BatchContrast(temperature);
  }

  @Override
  protected LossTerms computeLoss(StepContext context) {
    INDArray first = context.batch().view(0);
    INDArray second = context.batch().view(1);
    INDArray predictions = context.studentInTurn(first, second)[0];
    context.updateTeacher();
    INDArray firstKeys = Directions.of(context.teacher(first)[0]).unit();
    INDArray secondKeys = Directions.of(context.teacher(second)[0]).unit();
    long n = first.size(0);
    BatchContrast.Result there = contrast.of(StepContext.rows(predictions, 0, n), secondKeys);
    BatchContrast.Result back = contrast.of(StepContext.rows(predictions, n, 2 * n), firstKeys);
    double spread = EmbeddingSpread.of(there.directions()) + EmbeddingSpread.of(back.directions());
    return LossTerms.builder()
        .loss("loss_contrast", there.value() + back.value())
        .metric("contrast_top1", (there.top1() + back.top1()) / 2)
        .metric(EmbeddingSpread.METRIC, spread / 2)
        .gradient(Nd4j.concat(0, there.gradient(), back.gradient()))
        .build();
  }
}
