package dev.eman.fixmatch;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.Predictions;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What holds for any images: methods that come to the same, and bounds. */
class FamilyPropertiesTest {
  private static final int CLASSES = 4;
  private static final int POOL = 24;

  private static StudentTeacherAlgorithm method(String name, Object... options) {
    AlgorithmProvider provider = Algorithms.named(name);
    Map<String, Object> set = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      set.put((String) options[i], options[i + 1]);
    }
    Student student =
        new Student(
            Backbones.named("resnet8-w4", 1).classifier(CLASSES, 3),
            Sgd.decayingAll(0.9, false, 0));
    return Algorithms.create(
        provider,
        AlgorithmContext.builder(student, AlgorithmOptions.of(provider, set))
            .classes(CLASSES)
            .labeledImages(4)
            .unlabeledImages(POOL)
            .totalSteps(10)
            .build());
  }

  private static Batch batch(int seed) {
    Nd4j.getRandom().setSeed(seed + 1);
    INDArray weak = Nd4j.randn(8, 1, 8, 8);
    return Batch.of(
            Nd4j.randn(4, 1, 8, 8),
            new int[] {0, 1, 2, 3},
            weak,
            weak.add(Nd4j.randn(8, 1, 8, 8).muli(0.3)))
        .withIndices(
            ImmutableIntArray.of(0, 1, 2, 3),
            ImmutableIntArray.copyOf(IntStream.range(0, 8).map(i -> (i * 3 + seed) % POOL)));
  }

  private static void assertSameSteps(StudentTeacherAlgorithm a, StudentTeacherAlgorithm b) {
    for (int i = 0; i < 3; i++) {
      double expected = Objects.requireNonNull(a.step(batch(i), 0.05).get("loss"));
      assertEquals(expected, Objects.requireNonNull(b.step(batch(i), 0.05).get("loss")), 1e-6);
    }
    assertArrayEquals(
        a.student().parameters().vector().toFloatVector(),
        b.student().parameters().vector().toFloatVector(),
        1e-6f);
  }

  /** The published programs: an average is evaluated, and labels nothing. */
  @ParameterizedTest
  @ValueSource(
      strings = {"fixmatch", "uda", "adamatch", "flexmatch", "freematch", "softmatch", "debiaspl"})
  void pseudoLabels_ofTheStudent_trainItAsWithoutATeacher(String name) {
    StudentTeacherAlgorithm alone = method(name, "teacher", "none");
    StudentTeacherAlgorithm followed = method(name, "teacher", "eman", "pseudo_labels", "student");
    for (int i = 0; i < 3; i++) {
      assertEquals(
          alone.step(batch(i), 0.05).get("loss"), followed.step(batch(i), 0.05).get("loss"));
    }
    float[] student = followed.student().parameters().vector().toFloatVector();
    assertArrayEquals(alone.student().parameters().vector().toFloatVector(), student);
    Teacher teacher = Objects.requireNonNull(followed.teacher());
    assertFalse(Arrays.equals(student, teacher.parameters().vector().toFloatVector()));
  }

  @Test
  void uda_withoutAnnealing_isFixMatchWithSoftTargets() {
    assertSameSteps(
        method("fixmatch", "threshold", 0.26, "soft_targets", true, "temperature", 0.5),
        method("uda", "threshold", 0.26, "temperature", 0.5));
  }

  @Test
  void debiaspl_strengthZero_isFixMatch() {
    assertSameSteps(
        method("fixmatch", "threshold", 0.26), method("debiaspl", "threshold", 0.26, "tau", 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "ema", "eman"})
  void softmatch_thatMostlyIgnoresConfidence_isFixMatchThatKeepsAll(String teacher) {
    assertSameSteps(
        method("fixmatch", "threshold", 0, "teacher", teacher),
        method("softmatch", "sigmas", 1e-6, "teacher", teacher));
  }

  @Test
  void freematch_boundsThatMeet_isFixMatch() {
    assertSameSteps(
        method("fixmatch", "threshold", 0.26),
        method("freematch", "threshold_min", 0.26, "threshold_max", 0.26, "lambda_f", 0));
  }

  @Test
  void freematch_boundsInTheWrongOrder_areRefused() {
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> method("freematch", "threshold_min", 0.95, "threshold_max", 0.9));
    assertEquals("threshold_min: expected at most threshold_max, 0.9, got 0.95", e.getMessage());
  }

  @Test
  void freematch_metrics_haveAThresholdOfEachClass() {
    Map<String, Double> metrics =
        method("freematch", "threshold_min", 0.2, "threshold_max", 0.21).step(batch(0), 0.05);
    for (int k = 0; k < CLASSES; k++) {
      double threshold = Objects.requireNonNull(metrics.get("threshold_class_" + k));
      assertTrue(threshold >= 0.2 && threshold <= 0.21, metrics.toString());
    }
    assertEquals(1.0 / CLASSES, Objects.requireNonNull(metrics.get("label_histogram_mean")), 1e-9);
  }

  @Test
  void flexmatch_memory_holdsWhatWasSureAndItsCounts() {
    StudentTeacherAlgorithm algorithm = method("flexmatch", "threshold", 0.27);
    for (int i = 0; i < 6; i++) {
      algorithm.step(batch(i), 0.05);
      Map<String, INDArray> state = algorithm.savedState();
      int[] remembered = array(state, "confident_class").toIntVector();
      double[] counts = new double[CLASSES];
      Arrays.stream(remembered).filter(label -> label >= 0).forEach(label -> counts[label]++);
      assertArrayEquals(counts, array(state, "class_counts").toDoubleVector());
      for (double status : array(state, "learning_status").toDoubleVector()) {
        assertTrue(status >= 0 && status <= 1, "status " + status);
      }
    }
  }

  /** The bound: 8 MB for ImageNet. */
  @Test
  void flexmatch_memory_isFourBytesAnImage() {
    INDArray remembered = array(method("flexmatch").savedState(), "confident_class");
    assertEquals(4 * POOL, remembered.length() * remembered.dataType().width());
  }

  @Test
  void flexmatch_imageOutsideOfThePool_isRefused() {
    Batch batch =
        batch(0)
            .withIndices(ImmutableIntArray.of(), ImmutableIntArray.of(0, 1, 2, 3, 4, 5, 6, POOL));
    StudentTeacherAlgorithm algorithm = method("flexmatch");
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> algorithm.step(batch, 0.05));
    assertTrue(String.valueOf(e.getMessage()).contains("below the 24 "), e.getMessage());
  }

  @Test
  void adamatch_labelledByATeacherThatIsNot_isRefused() {
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> method("adamatch", "teacher", "none", "labeled_by", "teacher"));
    assertTrue(String.valueOf(e.getMessage()).startsWith("labeled_by: "), e.getMessage());
    assertThrows(
        UsageException.class,
        () -> method("adamatch", "pseudo_labels", "student", "labeled_by", "teacher"));
  }

  /** The paper's μ(t) = 1/2 − cos(min(π, 2 π t / T)) / 2, which rises over half of the run. */
  @Test
  void adamatch_rampUp_raisesTheUnlabelledWeightAlongACosine() {
    StudentTeacherAlgorithm algorithm =
        method("adamatch", "threshold", 0, "lambda_u", 3, "rampup_steps", 5);
    for (int t = 0; t < 8; t++) {
      Map<String, Double> scalars = algorithm.step(batch(t), 0.05);
      double weight = 3 * (0.5 - Math.cos(Math.min(Math.PI, 2 * Math.PI * t / 10)) / 2);
      double expected = scalar(scalars, "loss_x") + weight * scalar(scalars, "loss_u");
      assertEquals(expected, scalar(scalars, "loss"), 1e-6, "step " + t);
      assertTrue(scalar(scalars, "loss_u") > 0.01);
    }
  }

  @Test
  void adamatch_weightZero_doesNotLearnFromStrongViews() {
    StudentTeacherAlgorithm rising = method("adamatch", "threshold", 0, "rampup_steps", 1000);
    StudentTeacherAlgorithm none = method("adamatch", "threshold", 0, "lambda_u", 0);
    rising.step(batch(0), 0.05);
    none.step(batch(0), 0.05);
    assertSameValues(none.student().parameters().vector(), rising.student().parameters().vector());
  }

  private static double scalar(Map<String, Double> scalars, String name) {
    return Objects.requireNonNull(scalars.get(name), name);
  }

  private static INDArray array(Map<String, INDArray> state, String name) {
    return Objects.requireNonNull(state.get(name), name);
  }

  @Test
  void freematch_nothingKept_hasNoFairnessLoss() {
    // No class's threshold is above 1, so that only an average far above a batch's keeps none.
    StudentTeacherAlgorithm algorithm = method("freematch", "threshold_momentum", 1);
    array(algorithm.savedState(), "global_threshold").assign(5);
    Map<String, Double> scalars = algorithm.step(batch(0), 0.05);
    assertEquals(0, Objects.requireNonNull(scalars.get("mask_rate")));
    assertEquals(0, Objects.requireNonNull(scalars.get("loss_f")));
  }

  /** Else the variance would shrink to nothing, and the weights to those of a threshold. */
  @Test
  void softmatch_oneImage_spreadsAroundTheAverageBefore() {
    StudentTeacherAlgorithm algorithm = method("softmatch", "mean_momentum", 0);
    INDArray mean = array(algorithm.savedState(), "confidence_mean");
    INDArray variance = array(algorithm.savedState(), "confidence_variance");
    for (int i = 0; i < 3; i++) {
      double before = mean.getDouble(0);
      INDArray weak = Nd4j.randn(1, 1, 8, 8);
      algorithm.step(Batch.of(Nd4j.randn(1, 1, 8, 8), new int[] {i}, weak, weak), 0.05);
      double distance = mean.getDouble(0) - before; // The average is this image's confidence now.
      assertEquals(distance * distance, variance.getDouble(0), 1e-12);
      assertTrue(variance.getDouble(0) > 0);
    }
  }

  @Test
  void softmatch_weights_stayBelowOne() {
    StudentTeacherAlgorithm algorithm = method("softmatch", "mean_momentum", 0.5);
    for (int i = 0; i < 5; i++) {
      double weight = Objects.requireNonNull(algorithm.step(batch(i), 0.05).get("weight_mean"));
      assertTrue(weight > 0 && weight <= 1, "weight " + weight);
    }
  }

  @Test
  void alignment_anyPredictions_areDistributionsThatMoveTowardsTheTarget() {
    Random random = new Random(4);
    for (int n = 0; n < 20; n++) {
      INDArray logits = Nd4j.rand(6, CLASSES).muli(1 + random.nextInt(8));
      Predictions plain = Predictions.of(logits);
      double[] current = plain.meanProbabilities();
      int favored = random.nextInt(CLASSES);
      double[] target = current.clone();
      target[favored] *= 3;
      Predictions same = Alignment.of(plain, current, current);
      Predictions aligned = Alignment.of(plain, target, current);
      for (int i = 0; i < plain.size(); i++) {
        double sum = 0;
        for (int k = 0; k < CLASSES; k++) {
          sum += aligned.probability(i, k);
          assertEquals(plain.probability(i, k), same.probability(i, k), 1e-6);
        }
        assertEquals(1, sum, 1e-6);
        assertTrue(aligned.probability(i, favored) > plain.probability(i, favored));
      }
    }
  }
}
