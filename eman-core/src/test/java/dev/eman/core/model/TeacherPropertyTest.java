package dev.eman.core.model;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class TeacherPropertyTest {
  private static final int CLASSES = 5;

  /** A student after some steps, so that statistics and parameters are not what they began as. */
  private static Student trainedStudent(String backbone, long seed) {
    Student student =
        new Student(
            Backbones.named(backbone).classifier(CLASSES, seed),
            Sgd.excludingBiasesAndNormalization(0.9, false, 1e-3));
    Nd4j.getRandom().setSeed(seed);
    for (int i = 0; i < 4; i++) {
      trainingStep(student, 0.05);
    }
    return student;
  }

  private static void trainingStep(Student student, double learningRate) {
    INDArray x = Nd4j.randn(6, 3, 8, 8).muli(2).addi(0.5);
    INDArray logits = student.forward(x)[0];
    student.backward(
        SoftmaxCrossEntropy.withLabels(logits, new int[] {0, 1, 2, 3, 4, 0}).gradient());
    student.step(learningRate);
  }

  private static INDArray infer(Teacher teacher, INDArray images) {
    return teacher.infer(images)[0].dup();
  }

  private static INDArray image(INDArray images, int index) {
    return images.get(NDArrayIndex.interval(index, index + 1));
  }

  @Property(tries = 8)
  void infer_eman_doesNotDependOnTheBatchOrItsOrder(
      @ForAll @IntRange(min = 1, max = 1000) int seed) {
    for (String backbone : List.of("resnet8-w4", "wrn-10-1")) {
      Student student = trainedStudent(backbone, seed);
      for (TeacherStatistics mode :
          List.of(TeacherStatistics.AVERAGED, TeacherStatistics.STUDENT)) {
        Teacher teacher = Teacher.copyOf(student, mode);
        INDArray images = Nd4j.randn(5, 3, 8, 8);
        INDArray together = infer(teacher, images);
        List<Integer> order = IntStream.range(0, 5).boxed().collect(Collectors.toList());
        Collections.shuffle(order, new Random(seed));
        INDArray shuffled = Nd4j.createUninitialized(images.dataType(), images.shape());
        for (int i = 0; i < 5; i++) {
          image(shuffled, i).assign(image(images, order.get(i)));
        }
        INDArray inOrder = infer(teacher, shuffled);
        double scale = Math.max(1, together.amaxNumber().doubleValue());
        for (int i = 0; i < 5; i++) {
          float[] expected = together.getRow(order.get(i)).toFloatVector();
          assertArrayEquals(expected, inOrder.getRow(i).toFloatVector(), (float) (1e-5 * scale));
          float[] alone =
              infer(teacher, image(images, order.get(i))).reshape(CLASSES).toFloatVector();
          assertArrayEquals(expected, alone, (float) (1e-5 * scale));
        }
      }
    }
  }

  /** A network that was an EMA teacher's normalises with its batch, a student's must not. */
  @Test
  void infer_studentOfATeachersNetwork_doesNotDependOnTheBatch() {
    Teacher teacher = Teacher.copyOf(trainedStudent("resnet8-w4", 3), TeacherStatistics.BATCH);
    Student student = new Student(teacher.graph().clone(), Sgd.decayingAll(0, false, 0));
    INDArray images = Nd4j.randn(4, 3, 8, 8);
    INDArray together = student.infer(images)[0].dup();
    for (int i = 0; i < 4; i++) {
      INDArray alone = student.infer(image(images, i))[0];
      assertClose(together.getRow(i).reshape(1, CLASSES), alone, 1e-4, "image " + i);
    }
  }

  @Property(tries = 5)
  void infer_batchStatistics_dependsOnTheBatch(@ForAll @IntRange(min = 1, max = 1000) int seed) {
    Teacher teacher = Teacher.copyOf(trainedStudent("resnet8-w4", seed), TeacherStatistics.BATCH);
    INDArray images = Nd4j.randn(4, 3, 8, 8);
    INDArray all = infer(teacher, images).getRow(0).dup();
    INDArray half = infer(teacher, images.get(NDArrayIndex.interval(0, 2))).getRow(0);
    assertTrue(all.sub(half).amaxNumber().doubleValue() > 1e-3);
  }

  @Property(tries = 6)
  void apply_momentumZeroOrOne_copiesOrKeepsEveryBit(
      @ForAll @IntRange(min = 1, max = 1000) int seed, @ForAll TeacherStatistics mode) {
    Student student = trainedStudent("resnet8-w4", seed);
    Teacher teacher = Teacher.copyOf(student, mode);
    for (int i = 0; i < 2; i++) {
      trainingStep(student, 0.1);
    }
    float[] before = teacher.parameters().vector().toFloatVector();
    new TeacherUpdate(student, teacher, MomentumSchedule.constant(1)).apply();
    for (ParameterTable.Entry e : teacher.parameters().entries()) {
      boolean copied = e.statistic() && mode == TeacherStatistics.STUDENT;
      float[] expected = copied ? student.parameters().vector().toFloatVector() : before;
      assertSegmentEquals(e, expected, teacher);
    }
    new TeacherUpdate(student, teacher, MomentumSchedule.constant(0)).apply();
    for (ParameterTable.Entry e : teacher.parameters().entries()) {
      boolean kept = e.statistic() && mode == TeacherStatistics.BATCH;
      assertSegmentEquals(
          e, kept ? before : student.parameters().vector().toFloatVector(), teacher);
    }
  }

  private static void assertSegmentEquals(
      ParameterTable.Entry e, float[] expected, Teacher teacher) {
    float[] actual = teacher.parameters().vector().toFloatVector();
    for (long i = e.offset(); i < e.offset() + e.length(); i++) {
      assertEquals(
          Float.floatToRawIntBits(expected[(int) i]),
          Float.floatToRawIntBits(actual[(int) i]),
          e.name());
    }
  }

  @Property(tries = 8)
  void apply_kTimesTowardsAConstantStudent_isTheClosedForm(
      @ForAll @DoubleRange(min = 0.1, max = 0.99) double momentum,
      @ForAll @IntRange(min = 1, max = 20) int updates) {
    Student student = trainedStudent("resnet8-w4", 3);
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED);
    INDArray start = teacher.parameters().vector().dup();
    trainingStep(student, 0.5);
    TeacherUpdate update = new TeacherUpdate(student, teacher, MomentumSchedule.constant(momentum));
    for (int i = 0; i < updates; i++) {
      update.apply();
    }
    double left = Math.pow(momentum, updates);
    INDArray expected = start.mul(left).addi(student.parameters().vector().mul(1 - left));
    // Every update rounds; statistics are the largest parameters.
    double largest =
        Math.max(
            start.amaxNumber().doubleValue(),
            student.parameters().vector().amaxNumber().doubleValue());
    double rounding = (3 * updates + 4) * Math.ulp(0.5f) / 2 * Math.max(1, largest);
    assertClose(expected, teacher.parameters().vector(), rounding);
    assertEquals(updates, update.updates());
  }

  @Property(tries = 6)
  void infer_anyMode_changesNothingInTheTeacher(@ForAll TeacherStatistics mode) {
    Student student = trainedStudent("resnet8-w4", 11);
    Teacher teacher = Teacher.copyOf(student, mode);
    float[] before = teacher.parameters().vector().toFloatVector();
    for (int i = 0; i < 3; i++) {
      teacher.infer(Nd4j.randn(7, 3, 8, 8));
    }
    assertArrayEquals(before, teacher.parameters().vector().toFloatVector());
  }

  @Property(tries = 3)
  void copyOf_student_sharesNoMemoryAndNoMode(@ForAll TeacherStatistics mode) {
    Student student = trainedStudent("resnet8-w4", 5);
    Teacher teacher = Teacher.copyOf(student, mode);
    INDArray images = Nd4j.randn(4, 3, 8, 8);
    assertEquals(
        TeacherStatistics.AVERAGED,
        ((dev.eman.core.nn.EmanBatchNormalization)
                student.graph().getLayer("bn1").conf().getLayer())
            .getStatistics());
    INDArray before = student.infer(images)[0].dup();
    teacher.parameters().vector().muli(2);
    teacher.parametersChanged();
    assertSameValues(before, student.infer(images)[0]);
  }
}
