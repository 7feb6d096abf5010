package dev.eman.fixmatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.data.Batch;
import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.oracle.Oracle;
import dev.eman.fixmatch.adamatch.AdaMatch;
import dev.eman.fixmatch.adamatch.AdaMatchConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Five whole steps of each method as a user would run them, against PyTorch. */
class FamilyOracleTest {
  private static final int STEPS = 5;
  private static final int CLASSES = 10;
  private static final int LABELED = 12;
  private static final int UNLABELED = 30;
  private static final double RATE = 0.01;

  /** Where our metric is the mean of what the script calls otherwise. */
  private static final Map<String, String> MEANS =
      Map.of("mask", "mask_rate", "weight", "weight_mean");

  private final Oracle inputs = new Oracle("match_inputs");

  @ParameterizedTest
  @CsvSource({
    "uda_eman_linear, uda, eman, 6, threshold=0.29 temperature=0.5 tsa=linear tsa_measure=max,"
        + " mask tsa_threshold",
    "uda_eman_exp_paper, uda, eman, 6, threshold=0.29 temperature=0.5 tsa=exp tsa_measure=label,"
        + " mask tsa_threshold",
    "uda_eman_log_unsharpened, uda, eman, 6, threshold=0.29 temperature=1 tsa=log tsa_measure=max,"
        + " mask tsa_threshold",
    "adamatch_eman, adamatch, eman, 5, threshold=0.73 mean_momentum=0.9, mask threshold",
    "adamatch_eman_labelled_by_teacher, adamatch, eman, 5, threshold=0.69 mean_momentum=0.9"
        + " labeled_by=teacher, mask threshold",
    "adamatch_none, adamatch, none, 5, threshold=0.76 mean_momentum=0.9, mask threshold",
    "flexmatch_eman, flexmatch, eman, 5, threshold=0.28, mask",
    "flexmatch_eman_no_warm_up, flexmatch, eman, 5, threshold=0.28 warm_up=false, mask",
    "flexmatch_eman_resumed, flexmatch, eman, 5, threshold=0.46, mask",
    "flexmatch_batch_statistics, flexmatch, ema, 5, threshold=0.46, mask",
    "flexmatch_none, flexmatch, none, 5, threshold=0.46, mask",
    "freematch_eman, freematch, eman, 5, threshold_momentum=0.5, mask loss_f",
    "freematch_batch_statistics, freematch, ema, 5, threshold_momentum=0.45, mask loss_f",
    "freematch_none, freematch, none, 5, threshold_momentum=0.6, mask loss_f",
    "softmatch_eman, softmatch, eman, 5, mean_momentum=0.3, weight",
    "softmatch_batch_statistics, softmatch, ema, 5, mean_momentum=0.3, weight",
    "debiaspl_eman, debiaspl, eman, 5, threshold=0.26 tau=0.8 mean_momentum=0.8, mask"
  })
  void fiveSteps_equalPyTorch(
      String name, String method, String teacher, int total, String set, String figures) {
    AlgorithmProvider provider = Algorithms.named(method);
    Map<String, Object> options = new HashMap<>();
    Splitter.on(' ').withKeyValueSeparator('=').split(set).forEach(options::put);
    options.put("teacher", teacher);
    options.put("teacher_momentum", "0.97");
    options.put("momentum_schedule", "constant");
    options.put("lambda_u", "2");
    Student student = student();
    StudentTeacherAlgorithm algorithm =
        Algorithms.create(
            provider,
            AlgorithmContext.builder(student, AlgorithmOptions.of(provider, options))
                .classes(CLASSES)
                .labeledImages(LABELED)
                .unlabeledImages(UNLABELED)
                .totalSteps(total)
                .build());
    assertEqualsPyTorch(new Oracle(name), algorithm, Splitter.on(' ').splitToList(figures));
  }

  /** Its coefficients are inputs. */
  @Test
  void fiveSteps_interpolation_equalPyTorch() {
    Student student = student();
    TeacherSettings settings =
        new TeacherSettings(TeacherMode.EMAN, MomentumSchedule.constant(0.97));
    AdaMatchConfig config =
        new AdaMatchConfig(0.74, 0.9, AdaMatchConfig.Predictor.STUDENT, true, 2, 0);
    AdaMatch algorithm =
        new AdaMatch(
            student,
            settings.follow(student).orElseThrow(),
            config,
            CLASSES,
            (context, images, classes) -> inputs.get("step" + context.step() + "/interpolation"));
    assertEqualsPyTorch(
        new Oracle("adamatch_eman_interpolation"), algorithm, List.of("mask", "threshold"));
  }

  private static Student student() {
    ComputationGraph network = Oracle.tinyResNet();
    new Oracle("match_initial").load("initial", network);
    return new Student(network, Sgd.decayingAll(0.9, false, 1e-4));
  }

  private void assertEqualsPyTorch(
      Oracle oracle, StudentTeacherAlgorithm algorithm, List<String> figures) {
    start(oracle, algorithm);
    for (int i = 0; i < STEPS; i++) {
      String step = "step" + i + "/";
      Map<String, Double> scalars = algorithm.step(batch(step), RATE);
      for (String loss : List.of("loss", "loss_x", "loss_u")) {
        assertClose(oracle.scalar(step + loss), scalars, loss, step);
      }
      for (String figure : figures) {
        double expected =
            oracle.get(step + figure).castTo(DataType.DOUBLE).meanNumber().doubleValue();
        assertClose(expected, scalars, MEANS.getOrDefault(figure, figure), step);
      }
      Map<String, INDArray> state = algorithm.savedState();
      List<String> theirs = oracle.names(step + "after");
      assertTrue(state.keySet().containsAll(theirs), state.keySet() + " lacks some of " + theirs);
      state.forEach((name, array) -> assertState(oracle, step + "after/" + name, array));
    }
    oracle.assertState("student", algorithm.student().graph(), 2e-4);
    if (algorithm.teacher() != null) {
      oracle.assertState("teacher", algorithm.teacher().graph(), 2e-4);
    }
  }

  /** Where a case starts amid a run. */
  private static void start(Oracle oracle, StudentTeacherAlgorithm algorithm) {
    algorithm
        .savedState()
        .forEach(
            (name, array) -> {
              if (name.equals("class_counts")) {
                array.assign(counts(oracle.labels("algorithm_initial/confident_class")));
                return;
              }
              INDArray start = stateOf(oracle, "algorithm_initial/" + name, array);
              if (name.equals("mean_unlabelled")) {
                assertTrue(start.isNaN().all() && array.sumNumber().doubleValue() == 0, name);
              } else if (name.equals("confident_class") || name.equals("learning_status")) {
                array.assign(start); // In three cases not at the beginning of a run.
              } else {
                Oracle.assertClose(name, start, array, 1e-7);
              }
            });
  }

  private static INDArray counts(int... remembered) {
    double[] counts = new double[CLASSES];
    for (int label : remembered) {
      if (label >= 0) {
        counts[label]++;
      }
    }
    return Nd4j.createFromArray(counts);
  }

  private static INDArray stateOf(Oracle oracle, String path, INDArray like) {
    if (path.endsWith("class_counts")) {
      String remembered = path.replace("class_counts", "confident_class");
      return counts(oracle.labels(remembered));
    }
    return oracle.get(path).castTo(like.dataType()).reshape(like.shape());
  }

  private static void assertState(Oracle oracle, String path, INDArray found) {
    Oracle.assertClose(path, stateOf(oracle, path, found), found, 1e-5);
  }

  private Batch batch(String step) {
    return Batch.of(
            inputs.get(step + "x"),
            inputs.labels(step + "y"),
            inputs.get(step + "u_weak"),
            inputs.get(step + "u_strong"))
        .withIndices(
            ImmutableIntArray.copyOf(inputs.labels(step + "index_x")),
            ImmutableIntArray.copyOf(inputs.labels(step + "index_u")));
  }

  private static void assertClose(
      double expected, Map<String, Double> scalars, String name, String step) {
    double found = Objects.requireNonNull(scalars.get(name), name);
    assertEquals(expected, found, 1e-4 * Math.max(Math.abs(expected), 1e-3), step + name);
  }
}
