package dev.eman.core.model;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.NormalizationGroups;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.NoOp;

class StudentTest {
  private static Student student(long seed) {
    return new Student(
        Backbones.named("resnet8-w4").classifier(3, seed), Sgd.decayingAll(0.9, false, 1e-4));
  }

  private static INDArray gradient(Student student, INDArray x, int... labels) {
    return SoftmaxCrossEntropy.withLabels(student.forward(x)[0], labels).gradient();
  }

  @Test
  void step_beforeBackward_throws() {
    Student student = student(1);
    assertThrows(IllegalStateException.class, () -> student.step(0.1));
    student.forward(Nd4j.randn(2, 3, 8, 8));
    assertThrows(IllegalStateException.class, () -> student.step(0.1));
  }

  @Test
  void backward_withoutTrainingForward_throws() {
    Student student = student(1);
    INDArray g = Nd4j.zeros(2, 3);
    assertThrows(IllegalStateException.class, () -> student.backward(g));
    student.forward(Nd4j.randn(2, 3, 8, 8));
    student.backward(g);
    assertThrows(IllegalStateException.class, () -> student.backward(g));
  }

  @Test
  void backward_twicePerStep_addsGradients() {
    INDArray a = Nd4j.randn(4, 3, 8, 8);
    INDArray b = Nd4j.randn(4, 3, 8, 8);
    int[] labels = {0, 1, 2, 0};
    Student both = student(7);
    both.backward(gradient(both, a, labels));
    INDArray first = both.gradient().dup();
    both.backward(gradient(both, b, labels));
    Student second = student(7);
    second.backward(gradient(second, b, labels));
    INDArray sum = first.addi(second.gradient());
    assertClose(sum, both.gradient(), 1e-6);
    both.step(0.1);
    both.backward(gradient(both, a, labels));
    assertTrue(
        both.gradient().sub(sum).amaxNumber().doubleValue() > 1e-3, "the next step begins anew");
  }

  @Test
  void step_refusedLearningRate_leavesNoGradientForTheNext() {
    INDArray a = Nd4j.randn(4, 3, 8, 8);
    int[] labels = {0, 1, 2, 0};
    Student student = student(7);
    INDArray before = student.parameters().vector().dup();
    student.backward(gradient(student, a, labels));
    INDArray once = student.gradient().dup();
    assertThrows(IllegalArgumentException.class, () -> student.step(Double.NaN));
    student.parameters().vector().assign(before); // The running statistics have moved.
    student.backward(gradient(student, a, labels));
    student.endPart();
    assertClose(once, student.gradient(), 1e-6);
  }

  @Test
  void backward_outputWithoutLoss_hasNoGradientOfAnEarlierStep() {
    Backbone backbone = Backbones.named("resnet8-w4");
    GraphBuilder graph = backbone.newGraph(3);
    String features = backbone.addTo(graph, "input");
    graph.addLayer("one", Backbone.linear(backbone.featureSize(), 3), features);
    graph.addLayer("two", Backbone.linear(backbone.featureSize(), 2), features);
    ComputationGraph network = new ComputationGraph(graph.setOutputs("one", "two").build());
    network.init();
    Student student = new Student(network, Sgd.decayingAll(0, false, 0));
    INDArray x = Nd4j.randn(2, 3, 8, 8);
    student.forward(x);
    student.backward(Nd4j.ones(2, 3), Nd4j.ones(2, 2));
    student.step(0.1);
    INDArray before = network.getParam("two_W").dup();
    student.forward(x);
    student.backward(Nd4j.ones(2, 3), null);
    student.step(0.1);
    assertSameValues(before, network.getParam("two_W"));
  }

  /** Kernels would read as far as the output reaches, behind a smaller array. */
  @Test
  void backward_gradientOfAnotherShapeOrType_isRefused() {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .updater(new NoOp())
            .miniBatch(false)
            .graphBuilder()
            .addInputs("in")
            .addLayer("fc", Backbone.linear(4, 3, false), "in")
            .addLayer("bn", EmanBatchNormalization.builder().nIn(3).nOut(3).build(), "fc")
            .setOutputs("bn", "fc");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    Student student = new Student(network, Sgd.decayingAll(0.9, false, 0.5));
    INDArray x = Nd4j.randn(6, 4);
    INDArray g = Nd4j.randn(6, 3);
    student.forward(x);
    student.backward(g, null);
    INDArray once = student.gradient().dup();
    student.forward(x);
    for (INDArray wrong :
        new INDArray[] {
          Nd4j.randn(1, 3),
          Nd4j.randn(3, 6),
          Nd4j.randn(6, 3, 1),
          Nd4j.randn(18),
          g.castTo(DataType.DOUBLE)
        }) {
      String found = Arrays.toString(wrong.shape()) + " " + wrong.dataType();
      String message = "gradient of output \"bn\": expected [6, 3] FLOAT, got " + found;
      assertEquals(
          message,
          assertThrows(IllegalArgumentException.class, () -> student.backward(wrong, null))
              .getMessage());
      assertEquals(
          message.replace("bn", "fc"),
          assertThrows(
                  IllegalArgumentException.class,
                  () -> student.backwardLast((from, to) -> {}, g, wrong))
              .getMessage());
    }
    assertSameValues(once, student.gradient());
    student.backward(g, null); // The pass is still there.
    assertClose(once.mul(2), student.gradient(), 1e-5);
  }

  /** A pass in groups is as many passes at once, and moves the statistics as it says. */
  @Property(tries = 12)
  void forward_inGroups_equalsPassesOneByOne(
      @ForAll @IntRange(min = 2, max = 4) int groups,
      @ForAll @IntRange(min = 2, max = 5) int size,
      @ForAll boolean inTurn) {
    Nd4j.getRandom().setSeed(1);
    INDArray x = Nd4j.randn(DataType.FLOAT, (long) groups * size, 3, 8, 8);
    INDArray dy = Nd4j.randn(DataType.FLOAT, (long) groups * size, 3).muli(0.1);
    Student one = student(3);
    Student other = student(3);
    INDArray start = other.parameters().vector().dup();
    INDArray statistics = Nd4j.zeros(start.length());
    INDArray found = one.forward(new NormalizationGroups(groups, inTurn), x)[0].dup();
    one.backward(dy);
    for (int g = 0; g < groups; g++) {
      INDArray part = images(x, g * size, (g + 1) * size);
      INDArray expected = other.forward(part)[0];
      assertClose(expected, rows(found, g * size, (g + 1) * size), 1e-4, "outputs");
      other.backward(rows(dy, g * size, (g + 1) * size));
      if (!inTurn) {
        statistics.addi(other.parameters().vector().div(groups));
        other.parameters().vector().assign(start);
      }
    }
    double scale = 1 + other.gradient().amaxNumber().doubleValue();
    assertClose(other.gradient(), one.gradient(), 1e-4 * scale, "gradients");
    INDArray moved = inTurn ? other.parameters().vector() : statistics;
    assertClose(moved, one.parameters().vector(), 1e-5, "statistics");
    other.parameters().vector().assign(one.parameters().vector());
    assertClose(other.forward(x)[0].dup(), one.forward(x)[0], 1e-5, "the next pass, not in groups");
  }

  @Test
  void forward_notAMultipleOfTheGroups_saysSo() {
    Student student = student(1);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> student.forward(new NormalizationGroups(2, true), Nd4j.randn(5, 3, 8, 8)));
    assertEquals("images: expected a multiple of 2 groups, got 5", e.getMessage());
  }

  /** Views of groups are kept, and a network may be used in other groups than before. */
  @Test
  void forward_otherGroupsThanBefore_areThoseOfANewStudent() {
    INDArray x = Nd4j.randn(8, 3, 8, 8);
    Student student = student(3);
    for (int groups : new int[] {2, 4, 1, 2}) {
      NormalizationGroups inTurn = new NormalizationGroups(groups, true);
      INDArray found = student.forward(inTurn, x)[0].dup();
      student.backward(Nd4j.zerosLike(found));
      assertClose(student(3).forward(inTurn, x)[0], found, 1e-5, groups + " groups");
    }
  }

  /** What is locked has no gradient, and must not decay either. */
  @Test
  void step_lockedNormalization_keepsItsScale() {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .updater(new NoOp())
            .miniBatch(false)
            .graphBuilder()
            .addInputs("in")
            .addLayer("fc", Backbone.linear(4, 3, false), "in")
            .addLayer(
                "bn",
                EmanBatchNormalization.builder().nIn(3).nOut(3).lockGammaBeta(true).build(),
                "fc")
            .setOutputs("bn");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    Student student = new Student(network, Sgd.decayingAll(0.9, false, 0.5));
    INDArray weights = network.getParam("fc_W").dup();
    student.forward(Nd4j.randn(5, 4));
    student.backward(Nd4j.randn(5, 3));
    student.step(0.5);
    assertSameValues(Nd4j.ones(3), network.getParam("bn_gamma"));
    assertSameValues(Nd4j.zeros(3), network.getParam("bn_beta"));
    assertFalse(weights.equals(network.getParam("fc_W")));
  }

  private static INDArray images(INDArray all, long from, long to) {
    return all.get(
        NDArrayIndex.interval(from, to),
        NDArrayIndex.all(),
        NDArrayIndex.all(),
        NDArrayIndex.all());
  }

  private static INDArray rows(INDArray all, long from, long to) {
    return all.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  @Test
  void step_anyOptimizer_neverTouchesStatistics() {
    Student plain =
        new Student(Backbones.named("resnet8-w4").classifier(3, 5), Sgd.decayingAll(0, false, 0));
    Student heavy =
        new Student(
            Backbones.named("resnet8-w4").classifier(3, 5), Sgd.decayingAll(0.9, true, 0.5));
    INDArray x = Nd4j.randn(4, 3, 8, 8);
    for (Student s : new Student[] {plain, heavy}) {
      s.backward(gradient(s, x, 0, 1, 2, 0));
      INDArray before = s.parameters().vector().dup();
      s.step(0.5);
      INDArray after = s.parameters().vector();
      for (ParameterTable.Entry e : s.parameters().entries()) {
        INDArray change =
            after
                .get(NDArrayIndex.interval(e.offset(), e.offset() + e.length()))
                .sub(before.get(NDArrayIndex.interval(e.offset(), e.offset() + e.length())));
        assertEquals(
            e.statistic(), change.amaxNumber().doubleValue() == 0, "change of " + e.name());
      }
    }
  }

  @Test
  void forward_training_movesStatisticsOnceAndInferenceNever() {
    Student student = student(2);
    INDArray x = Nd4j.randn(4, 3, 8, 8).addi(3);
    INDArray mean = student.graph().getParam("bn1_mean").dup();
    student.infer(x);
    assertSameValues(mean, student.graph().getParam("bn1_mean"));
    student.forward(x);
    INDArray once = student.graph().getParam("bn1_mean").dup();
    assertTrue(once.sub(mean).amaxNumber().doubleValue() > 0);
    student.infer(x);
    assertSameValues(once, student.graph().getParam("bn1_mean"));
  }

  @Test
  void infer_afterStep_usesTheNewParameters() {
    Student student = student(3);
    INDArray x = Nd4j.randn(4, 3, 8, 8);
    INDArray before = student.infer(x)[0].dup();
    student.backward(gradient(student, x, 0, 1, 2, 0));
    student.step(0.5);
    INDArray after = student.infer(x)[0].dup();
    assertTrue(after.sub(before).amaxNumber().doubleValue() > 1e-3);
    INDArray dl4j = student.graph().outputSingle(x);
    assertClose(dl4j, after, 1e-4);
  }

  @Test
  void releaseMemory_afterInference_freesIt() {
    Student student = student(3);
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED);
    INDArray x = Nd4j.randn(DataType.FLOAT, 32, 3, 64, 64);
    long before = Pointer.totalBytes();
    INDArray expected = student.infer(x)[0].dup();
    teacher.infer(x);
    student.releaseMemory();
    teacher.releaseMemory();
    long left = Pointer.totalBytes() - before; // Of 7 MB for each.
    assertTrue(left < 1_000_000, () -> "left: " + left);
    assertSameValues(expected, student.infer(x)[0]);
    assertSameValues(expected, teacher.infer(x)[0]);
  }

  @Test
  void infer_networkOfVectors_equalsDl4j() {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                    "bn", EmanBatchNormalization.builder().nIn(4).nOut(4).relu(true).build(), "in")
                .addLayer("fc", Backbone.linear(4, 3), "bn")
                .setOutputs("fc")
                .build());
    network.init();
    INDArray x = Nd4j.randn(DataType.FLOAT, 5, 4);
    INDArray expected = network.outputSingle(x).dup();
    Student student = new Student(network, Sgd.decayingAll(0, false, 0));
    assertClose(expected, student.infer(x)[0], 1e-6);
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED);
    assertClose(expected, teacher.infer(x)[0], 1e-6);
  }

  @Test
  void constructor_lossLayerOrStockNormalization_saysWhatToDo() {
    NeuralNetConfiguration.Builder settings = new NeuralNetConfiguration.Builder();
    ComputationGraph withLoss =
        new ComputationGraph(
            settings
                .graphBuilder()
                .addInputs("in")
                .addLayer("out", new OutputLayer.Builder().nIn(4).nOut(2).build(), "in")
                .setOutputs("out")
                .build());
    withLoss.init();
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> new Student(withLoss, Sgd.decayingAll(0, false, 0)))
            .getMessage();
    assertTrue(message.contains("\"out\"") && message.contains("convertToLogits"), message);
    ComputationGraph stock =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("bn", new BatchNormalization.Builder().nIn(4).nOut(4).build(), "in")
                .setOutputs("bn")
                .build());
    stock.init();
    String advice =
        assertThrows(
                IllegalArgumentException.class,
                () -> new Student(stock, Sgd.decayingAll(0, false, 0)))
            .getMessage();
    assertTrue(advice.contains("\"bn\"") && advice.contains("NormalizationConverter"), advice);
  }

  @Test
  void teacherUpdate_differentNetworks_namesEveryMismatch() {
    Student student = student(1);
    Teacher wider =
        new Teacher(Backbones.named("resnet8-w8").classifier(3, 1), TeacherStatistics.AVERAGED);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> new TeacherUpdate(student, wider, MomentumSchedule.constant(0.9)))
            .getMessage();
    assertTrue(message.contains("conv1_W") && message.contains("fc_W"), message);
    Teacher deeper =
        new Teacher(Backbones.named("resnet14-w4").classifier(3, 1), TeacherStatistics.AVERAGED);
    String missing =
        assertThrows(
                IllegalArgumentException.class,
                () -> new TeacherUpdate(student, deeper, MomentumSchedule.constant(0.9)))
            .getMessage();
    assertTrue(missing.contains("layer1.1.conv1_W (not in the student)"), missing);
  }

  /** Its average would be the student itself. */
  @Test
  void teacherUpdate_teacherOverTheStudentsGraph_isRefused() {
    Student student = student(1);
    Teacher same = new Teacher(student.graph(), TeacherStatistics.AVERAGED);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> new TeacherUpdate(student, same, MomentumSchedule.constant(0.9)))
            .getMessage();
    assertTrue(message.contains("got the student's graph") && message.contains("copyOf"), message);
  }

  @Test
  void sameSeed_sameRun_toTheBit() {
    float[][] runs = new float[2][];
    for (int run = 0; run < 2; run++) {
      Student student = student(9);
      Nd4j.getRandom().setSeed(4);
      for (int i = 0; i < 3; i++) {
        student.backward(gradient(student, Nd4j.randn(4, 3, 8, 8), 0, 1, 2, 0));
        student.step(0.1);
      }
      runs[run] = student.parameters().vector().toFloatVector();
    }
    assertArrayEquals(runs[0], runs[1]);
  }
}
