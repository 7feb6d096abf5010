package dev.eman.byol;

import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.eval.EmbeddingSpread;
import dev.eman.core.loss.CosineDistance;
import dev.eman.core.loss.LossValue;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Bootstrap your own latent: the student predicts the teacher's projection of the other view, in
 * both directions:
 *
 * <p>{@code L = mean(2 − 2 cos(p(v₁), z(v₂))) + mean(2 − 2 cos(p(v₂), z(v₁)))}
 *
 * <p>Grill et al. 2020 (arXiv 2006.07733), equation 2; with EMAN Cai et al. 2021 (arXiv
 * 2101.08482), section 3.2. Requires two views and no labels. Each view is a separate training
 * pass, so the running statistics are updated twice per step.
 */
public final class Byol extends StudentTeacherAlgorithm {
  /**
   * BYOL on a student whose output is the prediction {@code [N, D]} and a teacher whose output is
   * the projection {@code [N, D]}, as {@link ByolHead} makes them.
   */
  public Byol(Student student, Teacher teacher, TeacherUpdate update) {
    super(student, teacher, update);
  }

  @Override
  protected int passes() {
    return 2;
  }

  @Override
  protected LossTerms computeLoss(StepContext context) {
    INDArray target = context.teacher(context.batch().view(1 - context.pass()))[0];
    INDArray prediction = context.student(context.batch().view(context.pass()))[0];
    LossValue loss = CosineDistance.of(prediction, target);
    return LossTerms.builder()
        .loss("loss_byol", loss.value())
        .metric(EmbeddingSpread.METRIC, EmbeddingSpread.of(directions(target)) / passes())
        .gradient(loss.gradient())
        .build();
  }

  private static INDArray directions(INDArray embeddings) {
    INDArray norms = embeddings.norm2(true, 1);
    return embeddings.div(norms.addi(1e-12));
  }
}
