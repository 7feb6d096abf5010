package dev.eman.meanteacher;

import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.loss.Softmax;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.loss.SoftmaxKlDivergence;
import dev.eman.core.loss.SoftmaxMeanSquaredError;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The student's predictions are trained to agree with the teacher's for another view of the same
 * images:
 *
 * <p>{@code L = H(y, p(x)) + w(t) d(p(x, view 1), q(x, view 0))} over all images, with {@code w(t)}
 * from {@link MeanTeacherConfig#weightAt}. Labelled images have one view, which both see.
 *
 * <p>Tarvainen and Valpola 2017 (arXiv 1703.01780). Requires two views: the teacher's, the
 * student's. Without a teacher, the targets are the student's own predictions for the teacher's
 * view, treated as constants: the Π model. There the labelled images' part of d is 0, and only
 * makes the mean smaller.
 */
public final class MeanTeacher extends StudentTeacherAlgorithm {
  private static final int TEACHERS_VIEW = 0;
  private static final int STUDENTS_VIEW = 1;

  private final MeanTeacherConfig config;

  /** Mean Teacher with a teacher: EMAN, or the EMA baseline. */
  public MeanTeacher(
      Student student, Teacher teacher, TeacherUpdate update, MeanTeacherConfig config) {
    super(student, teacher, update);
    this.config = config;
  }

  /** The Π model, without a teacher. */
  public MeanTeacher(Student student, MeanTeacherConfig config) {
    super(student);
    this.config = config;
  }

  @Override
  protected LossTerms computeLoss(StepContext context) {
    Batch batch = context.batch();
    INDArray labeled = batch.requireLabeled();
    INDArray others = batch.view(TEACHERS_VIEW);
    INDArray own = batch.view(STUDENTS_VIEW);
    long b = labeled.size(0);
    long compared = b + own.size(0);
    INDArray all;
    INDArray targets;
    if (teacher() == null) {
      all = context.student(labeled, own, others)[0];
      INDArray ofLabeled = StepContext.rows(all, 0, b);
      INDArray ofOthers = StepContext.rows(all, compared, all.size(0));
      targets = Softmax.of(Nd4j.concat(0, ofLabeled, ofOthers));
    } else {
      targets = Softmax.of(context.teacher(labeled, others)[0]);
      all = context.student(labeled, own)[0];
    }
    INDArray logits = StepContext.rows(all, 0, compared);
    INDArray gradient = Nd4j.zeros(all.dataType(), all.shape());
    INDArray consistent = StepContext.rows(gradient, 0, compared);
    double weight = config.weightAt(context.step());
    double consistency =
        switch (config.consistency()) {
          case MSE ->
              SoftmaxMeanSquaredError.into(logits, targets, ExampleWeights.uniform(), consistent);
          case KL ->
              SoftmaxKlDivergence.into(logits, targets, ExampleWeights.uniform(), consistent);
        };
    consistent.muli(weight);
    INDArray classified = Nd4j.createUninitialized(all.dataType(), b, all.size(1));
    double lossX =
        SoftmaxCrossEntropy.withLabelsInto(
            StepContext.rows(all, 0, b),
            batch.labels().toArray(),
            context.labelWeights(),
            classified);
    StepContext.rows(gradient, 0, b).addi(classified);
    return LossTerms.builder()
        .loss("loss_x", lossX)
        .loss("consistency", consistency, weight)
        .metric("consistency_weight", weight)
        .gradient(gradient)
        .build();
  }
}
