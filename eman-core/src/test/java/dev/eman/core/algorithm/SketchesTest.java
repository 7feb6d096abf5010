package dev.eman.core.algorithm;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.NonFiniteException;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.CosineDistance;
import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.loss.LossValue;
import dev.eman.core.loss.Softmax;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.loss.SoftmaxKlDivergence;
import dev.eman.core.loss.SoftmaxMeanSquaredError;
import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import java.util.Map;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The base class suits methods with and without labels: sketches of four that run a step. */
class SketchesTest {
  private static final int DIMENSION = 6;

  /** Backbone, projector and (for BYOL's student) predictor. */
  private static ComputationGraph branch(boolean predictor) {
    Backbone backbone = Backbones.named("resnet8-w4");
    GraphBuilder graph = backbone.newGraph(3);
    String features = backbone.addTo(graph, "input");
    String out = head(graph, "projector", features, backbone.featureSize());
    if (predictor) {
      out = head(graph, "predictor", out, DIMENSION);
    }
    ComputationGraph network = new ComputationGraph(graph.setOutputs(out).build());
    network.init();
    return network;
  }

  private static String head(GraphBuilder graph, String name, String from, int in) {
    graph
        .addLayer(name + ".0", Backbone.linear(in, 8), from)
        .addLayer(
            name + ".1",
            EmanBatchNormalization.builder().nIn(8).nOut(8).relu(true).build(),
            name + ".0")
        .addLayer(name + ".3", Backbone.linear(8, DIMENSION), name + ".1");
    return name + ".3";
  }

  private static Sgd sgd() {
    return Sgd.excludingBiasesAndNormalization(0.9, false, 1e-4);
  }

  /** BYOL: two online passes, a predictor that the teacher lacks, no labels. */
  private static final class Byol extends StudentTeacherAlgorithm {
    Byol(Student student, Teacher teacher) {
      super(
          student,
          teacher,
          new TeacherUpdate(student, teacher, MomentumSchedule.cosineToOne(0.9, 10)));
    }

    @Override
    protected int passes() {
      return 2;
    }

    @Override
    protected LossTerms computeLoss(StepContext context) {
      int mine = context.pass();
      INDArray target = context.teacher(context.batch().view(1 - mine))[0];
      LossValue loss = CosineDistance.of(context.student(context.batch().view(mine))[0], target);
      return LossTerms.builder().loss("loss_byol", loss.value()).gradient(loss.gradient()).build();
    }
  }

  @Test
  void byol_oneStep_movesStudentThenTeacher() {
    Nd4j.getRandom().setSeed(5);
    Student student = new Student(branch(true), sgd());
    Teacher teacher = new Teacher(branch(false), TeacherStatistics.AVERAGED);
    Byol byol = new Byol(student, teacher);
    INDArray teacherBefore = teacher.parameters().vector().dup();
    INDArray v1 = Nd4j.randn(6, 3, 8, 8);
    INDArray v2 = v1.add(Nd4j.randn(6, 3, 8, 8).muli(0.1));
    Map<String, Double> first = byol.step(Batch.unlabeled(v1, v2), 0.05);
    assertFalse(teacherBefore.equals(teacher.parameters().vector()));
    double after = first.get("loss_byol");
    for (int i = 0; i < 15; i++) {
      after = byol.step(Batch.unlabeled(v1, v2), 0.05).get("loss_byol");
    }
    assertTrue(after < first.get("loss_byol"), first + " then " + after);
    assertEquals(16, byol.steps());
  }

  /** MoCo: keys from the teacher after its update, a queue of the algorithm's own. */
  private static final class Moco extends StudentTeacherAlgorithm {
    private final INDArray queue = normalized(Nd4j.randn(12, DIMENSION));
    private INDArray keys = queue;
    private int at;

    Moco(Student student, Teacher teacher) {
      super(student, teacher, new TeacherUpdate(student, teacher, MomentumSchedule.constant(0.9)));
    }

    static INDArray normalized(INDArray x) {
      return x.divColumnVector(norms(x));
    }

    static INDArray norms(INDArray x) {
      return Transforms.max(x.norm2(true, 1), 1e-6);
    }

    @Override
    protected LossTerms computeLoss(StepContext context) {
      INDArray raw = context.student(context.batch().view(0))[0];
      context.updateTeacher();
      keys = normalized(context.teacher(context.batch().view(1))[0]);
      INDArray norms = norms(raw);
      INDArray q = raw.divColumnVector(norms);
      INDArray logits = Nd4j.hstack(q.mul(keys).sum(true, 1), q.mmul(queue.transpose())).divi(0.2);
      LossValue loss = SoftmaxCrossEntropy.withLabels(logits, new int[(int) raw.size(0)]);
      INDArray g = loss.gradient();
      INDArray dq =
          keys.mulColumnVector(g.getColumn(0, true))
              .addi(g.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 13)).mmul(queue))
              .divi(0.2);
      INDArray along = q.mulColumnVector(dq.mul(q).sum(true, 1));
      INDArray gradient = dq.subi(along).diviColumnVector(norms);
      return LossTerms.builder().loss("loss_moco", loss.value()).gradient(gradient).build();
    }

    @Override
    protected void afterStep(Batch batch, Contributions contributions) {
      int n = (int) keys.size(0);
      queue.get(NDArrayIndex.interval(at, at + n), NDArrayIndex.all()).assign(keys);
      at = (at + n) % 12;
    }
  }

  @Test
  void moco_oneStep_updatesTeacherOnceBeforeItsKeysAndFillsTheQueue() {
    Nd4j.getRandom().setSeed(5);
    Student student = new Student(branch(false), sgd());
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED);
    Moco moco = new Moco(student, teacher);
    INDArray queueBefore = moco.queue.dup();
    INDArray v = Nd4j.randn(6, 3, 8, 8);
    double first = moco.step(Batch.unlabeled(v, v.add(0.01)), 0.05).get("loss");
    assertEquals(1, moco.teacherUpdate().updates());
    assertClose(Moco.normalized(teacher.infer(v.add(0.01))[0]), moco.keys, 1e-6);
    assertFalse(queueBefore.equals(moco.queue));
    double last = first;
    for (int i = 0; i < 15; i++) {
      last = moco.step(Batch.unlabeled(v, v.add(0.01)), 0.05).get("loss");
    }
    assertTrue(Double.isFinite(last) && last != first);
  }

  /** How an unlabelled loss scores the student's logits against the teacher's probabilities. */
  private enum Unlabeled {
    PSEUDO_LABELS(
        (logits, q) ->
            SoftmaxCrossEntropy.withLabels(
                logits, q.argMax(1).toIntVector(), ExampleWeights.uniform())),
    SOFT_TARGETS((logits, q) -> SoftmaxCrossEntropy.withTargets(logits, q)),
    MEAN_SQUARED_ERROR((logits, q) -> SoftmaxMeanSquaredError.of(logits, q)),
    KL_DIVERGENCE((logits, q) -> SoftmaxKlDivergence.of(logits, q)),
    COSINE((logits, q) -> CosineDistance.of(logits, q));

    final BiFunction<INDArray, INDArray, LossValue> loss;

    Unlabeled(BiFunction<INDArray, INDArray, LossValue> loss) {
      this.loss = loss;
    }
  }

  /** Any consistency method without labels. */
  private static final class Consistency extends StudentTeacherAlgorithm {
    private final Unlabeled kind;

    Consistency(Student student, Teacher teacher, Unlabeled kind, double momentum) {
      super(
          student,
          teacher,
          new TeacherUpdate(student, teacher, MomentumSchedule.constant(momentum)));
      this.kind = kind;
    }

    @Override
    protected LossTerms computeLoss(StepContext context) {
      INDArray q = Softmax.of(context.teacher(context.batch().view(0))[0]);
      LossValue loss = kind.loss.apply(context.student(context.batch().view(1))[0], q);
      return LossTerms.builder().loss("loss_u", loss.value(), 2).gradient(loss.gradient()).build();
    }
  }

  @ParameterizedTest
  @EnumSource(Unlabeled.class)
  void unlabeledLoss_oneStep_reachesTheStudentAndNeverTheTeacher(Unlabeled kind) {
    Student student = new Student(Backbones.named("resnet8-w4").classifier(4, 1), sgd());
    // Away from the student: a consistency loss between equal networks is rightly zero.
    Teacher teacher =
        new Teacher(Backbones.named("resnet8-w4").classifier(4, 2), TeacherStatistics.AVERAGED);
    float[] teacherBefore = teacher.parameters().vector().toFloatVector();
    INDArray studentBefore = student.parameters().vector().dup();
    Consistency algorithm = new Consistency(student, teacher, kind, 1);
    INDArray weak = Nd4j.randn(6, 3, 8, 8);
    Map<String, Double> scalars =
        algorithm.step(Batch.unlabeled(weak, weak.add(Nd4j.randn(6, 3, 8, 8))), 0.1);
    assertEquals(2 * scalars.get("loss_u"), scalars.get("loss"), 1e-9);
    assertTrue(
        student.graph().getLayer("conv1").getGradientsViewArray().amaxNumber().doubleValue() > 1e-7,
        "the gradient reaches the first layer");
    assertFalse(studentBefore.equals(student.parameters().vector()));
    assertArrayEquals(teacherBefore, teacher.parameters().vector().toFloatVector());
  }

  @Test
  void step_nonFiniteLoss_namesStepAndTermAndChangesNoParameter() {
    Student student = new Student(Backbones.named("resnet8-w4").classifier(4, 1), sgd());
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED);
    Consistency algorithm = new Consistency(student, teacher, Unlabeled.SOFT_TARGETS, 0.9);
    INDArray good = Nd4j.randn(4, 3, 8, 8);
    algorithm.step(Batch.unlabeled(good, good), 0.1);
    float[] weights = student.graph().getParam("fc_W").dup('c').data().asFloat();
    INDArray bad = good.dup();
    bad.putScalar(5, Float.NaN);
    NonFiniteLossException e =
        assertThrows(
            NonFiniteLossException.class, () -> algorithm.step(Batch.unlabeled(good, bad), 0.1));
    assertTrue(
        e.getMessage().startsWith("step 1: the batch statistics of layer \"bn1\" are NaN"),
        e.getMessage());
    assertArrayEquals(weights, student.graph().getParam("fc_W").dup('c').data().asFloat());
  }

  @Test
  void step_infiniteTerm_namesTheTerm() {
    Student student = new Student(Backbones.named("resnet8-w4").classifier(4, 1), sgd());
    StudentTeacherAlgorithm diverging =
        new StudentTeacherAlgorithm(student) {
          @Override
          protected LossTerms computeLoss(StepContext context) {
            INDArray logits = context.student(context.batch().view(0))[0];
            return LossTerms.builder()
                .loss("loss_x", Double.POSITIVE_INFINITY)
                .gradient(logits)
                .build();
          }
        };
    float[] before = student.graph().getParam("fc_W").dup('c').data().asFloat();
    NonFiniteLossException e =
        assertThrows(
            NonFiniteLossException.class,
            () -> diverging.step(Batch.unlabeled(Nd4j.randn(2, 3, 8, 8)), 0.1));
    assertTrue(e.getMessage().startsWith("step 0: loss_x is Infinity"), e.getMessage());
    assertArrayEquals(before, student.graph().getParam("fc_W").dup('c').data().asFloat());
  }

  private static NonFiniteException failure(LossTerms.Builder given) {
    Student student = new Student(Backbones.named("resnet8-w4").classifier(4, 1), sgd());
    StudentTeacherAlgorithm algorithm =
        new StudentTeacherAlgorithm(student) {
          @Override
          protected LossTerms computeLoss(StepContext context) {
            return given.gradient(context.student(context.batch().view(0))[0]).build();
          }
        };
    float[] before = student.graph().getParam("fc_W").dup('c').data().asFloat();
    NonFiniteException e =
        assertThrows(
            NonFiniteException.class,
            () -> algorithm.step(Batch.unlabeled(Nd4j.randn(2, 3, 8, 8)), 0.1));
    assertArrayEquals(before, student.graph().getParam("fc_W").dup('c').data().asFloat());
    return e;
  }

  /** The learning rate is not to blame. */
  @Test
  void step_metricWithoutValue_saysThatItIsAMetric() {
    LossTerms.Builder finite = LossTerms.builder().metric("accuracy", 0.0 / 0).loss("loss_x", 1);
    NonFiniteException e = failure(finite);
    assertFalse(e instanceof NonFiniteLossException);
    assertEquals(
        "step 0: the metric accuracy is NaN, though the loss is finite; parameters were not"
            + " changed. Leave the metric out of steps where it has no value.",
        e.getMessage());
    LossTerms.Builder both =
        LossTerms.builder().metric("accuracy", 0.0 / 0).loss("loss_x", Double.NaN);
    assertTrue(failure(both).getMessage().startsWith("step 0: loss_x is NaN"));
    LossTerms.Builder product = LossTerms.builder().loss("loss_x", 2, Double.POSITIVE_INFINITY);
    assertTrue(failure(product).getMessage().startsWith("step 0: loss is Infinity"));
  }

  @Test
  void step_computeLossWithoutStudent_throws() {
    Student student = new Student(Backbones.named("resnet8-w4").classifier(4, 1), sgd());
    StudentTeacherAlgorithm lazy =
        new StudentTeacherAlgorithm(student) {
          @Override
          protected LossTerms computeLoss(StepContext context) {
            return LossTerms.builder().loss("x", 1).gradient(null).build();
          }
        };
    assertThrows(
        IllegalStateException.class, () -> lazy.step(Batch.unlabeled(Nd4j.ones(2, 3, 8, 8)), 0.1));
  }
}
