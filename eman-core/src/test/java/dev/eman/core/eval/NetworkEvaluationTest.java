package dev.eman.core.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.NonFiniteException;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.Supervised;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluator.Classifier;
import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class NetworkEvaluationTest {
  private static final int CLASSES = 4;

  private final Backbone backbone = Backbones.named("tiny-cnn");
  private final Student student =
      new Student(backbone.classifier(CLASSES, 1), Sgd.decayingAll(0, false, 0));

  private final List<Images> opened = new ArrayList<>();

  /** Always the same images, in batches of 8. */
  private static final class Images implements BatchSource {
    private final long seed;
    private final int batches;
    private int position;
    private boolean closed;

    Images(long seed, int batches) {
      this.seed = seed;
      this.batches = batches;
    }

    @Override
    public boolean hasNext() {
      return position < batches;
    }

    @Override
    public Batch next() {
      Nd4j.getRandom().setSeed(seed + position);
      int[] labels = new Random(seed + position).ints(8, 0, CLASSES).toArray();
      position++;
      return Batch.of(Nd4j.randn(DataType.FLOAT, 8, 3, 6, 6), labels);
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private StudentTeacherAlgorithm alone() {
    return new Supervised(student);
  }

  /** The teacher has other weights than the student. */
  private StudentTeacherAlgorithm withTeacher() {
    Teacher teacher = new Teacher(backbone.classifier(CLASSES, 2), TeacherStatistics.AVERAGED);
    return new Supervised(
        student, teacher, new TeacherUpdate(student, teacher, MomentumSchedule.constant(0.9)));
  }

  private Images bank() {
    Images bank = new Images(100, 6);
    opened.add(bank);
    return bank;
  }

  private static List<Long> counts(Evaluation evaluation) {
    List<Long> counts = new ArrayList<>();
    for (int truth = 0; truth < CLASSES; truth++) {
      for (int predicted = 0; predicted < CLASSES; predicted++) {
        counts.add(evaluation.confusion(truth, predicted));
      }
    }
    return counts;
  }

  @Test
  void ofClassifiers_bothNetworks_eachAsMeasuredAloneInOnePass() {
    StudentTeacherAlgorithm algorithm = withTeacher();
    algorithm.setSteps(7);
    Images images = new Images(1, 5);
    EvaluationReport report = NetworkEvaluation.ofClassifiers(algorithm, CLASSES).evaluate(images);
    assertEquals(7, report.step());
    assertEquals(5, images.position(), "one pass");
    assertFalse(images.closed);
    Teacher teacher = Objects.requireNonNull(algorithm.teacher());
    List<Long> expectedStudent =
        counts(
            Evaluator.evaluate(new Images(1, 5), CLASSES, List.of(Classifier.of(student))).get(0));
    List<Long> expectedTeacher =
        counts(
            Evaluator.evaluate(new Images(1, 5), CLASSES, List.of(Classifier.of(teacher))).get(0));
    assertEquals(expectedStudent, counts(report.student()));
    assertEquals(expectedTeacher, counts(Objects.requireNonNull(report.teacher())));
    assertFalse(expectedStudent.equals(expectedTeacher), "they differ");
    assertSame(report.teacher(), report.deployed());
  }

  @Test
  void ofClassifiers_noTeacher_isTheStudentAlone() {
    EvaluationReport report =
        NetworkEvaluation.ofClassifiers(alone(), CLASSES).evaluate(new Images(1, 2));
    assertNull(report.teacher());
    assertSame(report.student(), report.deployed());
    assertEquals(16, report.student().count());
  }

  @Test
  void knnMonitor_bothNetworks_equalTheSearchOfEach() {
    StudentTeacherAlgorithm algorithm = withTeacher();
    String vertex = backbone.featureVertex();
    KnnMonitor monitor = new KnnMonitor(algorithm, vertex, this::bank, 5, CLASSES);
    student.parameters().vector().addi(0.05); // It takes the weights as they are.
    student.parametersChanged();
    Images images = new Images(1, 4);
    EvaluationReport report = monitor.evaluate(images);
    assertFalse(images.closed);
    assertEquals(1, opened.size(), "one pass over the bank");
    assertTrue(opened.get(0).closed);
    assertEquals(counts(search(FeatureExtractor.of(student, vertex))), counts(report.student()));
    Teacher teacher = Objects.requireNonNull(algorithm.teacher());
    assertNotNull(report.teacher());
    assertEquals(counts(search(FeatureExtractor.of(teacher, vertex))), counts(report.teacher()));
    assertEquals(32, report.student().count());
  }

  private Evaluation search(FeatureExtractor extractor) {
    Features queries = Features.of(new Images(1, 4), List.of(extractor)).get(0);
    return KnnEvaluator.search(bank(), List.of(extractor), List.of(queries), 5)
        .get(0)
        .evaluate(5, KnnEvaluator.TEMPERATURE, CLASSES, queries.labels().toArray());
  }

  /** The training must not take it for a mistake in a call, after which it saves such weights. */
  @Test
  void evaluate_outputsNotFinite_namesTheNetwork() {
    StudentTeacherAlgorithm algorithm = withTeacher();
    Teacher teacher = Objects.requireNonNull(algorithm.teacher());
    LargeWeights.assign(teacher.parameters());
    teacher.parametersChanged();
    for (NetworkEvaluation evaluation :
        List.of(
            NetworkEvaluation.ofClassifiers(algorithm, CLASSES),
            new KnnMonitor(algorithm, backbone.featureVertex(), this::bank, 5, CLASSES))) {
      NonFiniteException e =
          assertThrows(NonFiniteException.class, () -> evaluation.evaluate(new Images(1, 1)));
      assertTrue(String.valueOf(e.getMessage()).startsWith("the teacher's "), e.getMessage());
    }
  }

  @Test
  void knnMonitor_noNeighbors_isRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new KnnMonitor(alone(), backbone.featureVertex(), this::bank, 0, CLASSES));
  }

  /** Read row by row they would be other images' logits. */
  @Test
  void evaluate_logitsOfAnotherShape_areRefused() {
    for (long[] shape : new long[][] {{8, CLASSES + 1}, {8, CLASSES - 1}, {7, CLASSES}, {8}}) {
      try (Images images = new Images(1, 1)) {
        IllegalArgumentException e =
            assertThrows(
                IllegalArgumentException.class,
                () -> Evaluator.evaluate(images, CLASSES, List.of(x -> Nd4j.zeros(shape))));
        assertEquals(
            "logits of network 0: expected [8, " + CLASSES + "], got " + Arrays.toString(shape),
            e.getMessage());
      }
    }
  }
}
