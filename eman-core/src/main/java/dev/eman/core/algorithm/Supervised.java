package dev.eman.core.algorithm;

import dev.eman.core.data.Batch;
import dev.eman.core.loss.LossValue;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Training on the labelled images alone, the baseline of every comparison: the mean cross-entropy
 * of the labels. A teacher, if there is one, only follows.
 */
public final class Supervised extends StudentTeacherAlgorithm {
  /** Without a teacher. */
  public Supervised(Student student) {
    super(student);
  }

  /** With a teacher that follows and has no part in the loss. */
  public Supervised(Student student, Teacher teacher, TeacherUpdate update) {
    super(student, teacher, update);
  }

  @Override
  protected LossTerms computeLoss(StepContext context) {
    Batch batch = context.batch();
    INDArray logits = context.student(batch.requireLabeled())[0];
    LossValue loss =
        SoftmaxCrossEntropy.withLabels(logits, batch.labels().toArray(), context.labelWeights());
    return LossTerms.builder().loss("loss_x", loss.value()).gradient(loss.gradient()).build();
  }
}
