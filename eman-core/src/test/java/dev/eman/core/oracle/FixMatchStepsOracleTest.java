package dev.eman.core.oracle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.loss.Softmax;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Five FixMatch steps driven by hand through student, teacher, losses and optimiser. */
class FixMatchStepsOracleTest {
  private static final double THRESHOLD = 0.22;
  private static final int LABELED = 4;
  private static final int STEPS = 5;

  @ParameterizedTest
  @CsvSource({
    "fixmatch_eman, AVERAGED, false, 1e-4, 2",
    "fixmatch_eman_nesterov, AVERAGED, true, 5e-4, 1",
    "fixmatch_batch_statistics, BATCH, false, 1e-4, 2"
  })
  void fiveSteps_equalPyTorch(
      String name,
      TeacherStatistics statistics,
      boolean nesterov,
      double weightDecay,
      double lambda) {
    Oracle oracle = new Oracle(name);
    ComputationGraph network = Oracle.tinyResNet();
    oracle.load("initial", network);
    Student student = new Student(network, Sgd.decayingAll(0.9, nesterov, weightDecay));
    Teacher teacher = Teacher.copyOf(student, statistics);
    TeacherUpdate update = new TeacherUpdate(student, teacher, MomentumSchedule.constant(0.97));
    for (int i = 0; i < STEPS; i++) {
      String step = "step" + i + "/";
      INDArray probabilities = Softmax.of(teacher.infer(oracle.get(step + "u_weak"))[0]);
      int[] pseudoLabels = probabilities.argMax(1).toIntVector();
      float[] confidence = probabilities.max(1).toFloatVector();
      float[] mask = new float[confidence.length];
      for (int j = 0; j < mask.length; j++) {
        mask[j] = confidence[j] >= THRESHOLD ? 1 : 0;
      }
      assertArrayEquals(oracle.labels(step + "pseudo_label"), pseudoLabels);
      assertArrayEquals(oracle.get(step + "mask").toFloatVector(), mask);

      INDArray images = Nd4j.concat(0, oracle.get(step + "x"), oracle.get(step + "u_strong"));
      INDArray logits = student.forward(images)[0];
      INDArray gradient = Nd4j.createUninitialized(logits.dataType(), logits.shape(), 'c');
      double lossX =
          SoftmaxCrossEntropy.withLabelsInto(
              rows(logits, 0, LABELED),
              oracle.labels(step + "y"),
              ExampleWeights.uniform(),
              rows(gradient, 0, LABELED));
      INDArray gradientU = rows(gradient, LABELED, logits.size(0));
      double lossU =
          SoftmaxCrossEntropy.withLabelsInto(
              rows(logits, LABELED, logits.size(0)),
              pseudoLabels,
              ExampleWeights.of(mask),
              gradientU);
      gradientU.muli(lambda);
      assertEquals(oracle.scalar(step + "loss_x"), lossX, 1e-4 * lossX);
      assertEquals(oracle.scalar(step + "loss_u"), lossU, 1e-4 * Math.max(lossU, 1e-3));
      student.backward(gradient);
      student.step(0.03);
      update.apply();
    }
    oracle.assertState("student", student.graph(), 2e-4);
    oracle.assertState("teacher", teacher.graph(), 2e-4);
  }

  private static INDArray rows(INDArray matrix, long from, long to) {
    return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }
}
