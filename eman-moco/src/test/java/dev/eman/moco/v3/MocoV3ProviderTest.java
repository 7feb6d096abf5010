package dev.eman.moco.v3;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider.View;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.Recipe;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Lars;
import dev.eman.core.optimizer.OptimizerKind;
import dev.eman.core.optimizer.ScheduleKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MocoV3ProviderTest {
  private final MocoV3Provider provider = new MocoV3Provider();

  private StudentTeacherAlgorithm create(Map<String, Object> more) {
    Map<String, Object> set = new HashMap<>(Map.of("hidden", 16, "dimension", 8));
    set.putAll(more);
    AlgorithmOptions options = AlgorithmOptions.of(provider, set);
    Student student =
        new Student(
            provider.network(Backbones.named("resnet8-w4"), 10, options, 3),
            Lars.excludingBiasesAndNormalization(0.9, 1e-6));
    return Algorithms.create(
        provider, AlgorithmContext.builder(student, options).totalSteps(20).build());
  }

  /** Defaults are what a run means that sets nothing: a change here changes published settings. */
  @Test
  void options_defaults_arePinned() {
    assertEquals(
        """
        teacher (ema, eman; default eman): ema normalises with its batch, eman with averaged statistics
        teacher_momentum (number, [0, 1]; default 0.99): momentum of the teacher's moving average
        momentum_schedule (constant, warmup, ramp, cosine; default cosine): how the momentum begins; with cosine it rises to 1
        temperature (number, above 0; default 1): similarities are divided by it; 1 for ResNets as published
        hidden (integer, [1, 2147483647]; default 4096): hidden width of projector and predictor
        dimension (integer, [1, 2147483647]; default 256): width of the embeddings
        last_normalization (flag; default true): whether the projector ends in batch normalisation without scale and shift
        """,
        provider.options().stream()
            .map(option -> option.summary() + "\n")
            .collect(Collectors.joining()));
  }

  @Test
  void recipe_figures_arePinned() {
    assertEquals(
        Recipe.builder()
            .batchSize(4096)
            .unlabeledRatio(1)
            .optimizer(OptimizerKind.LARS)
            .learningRate(9.6)
            .schedule(ScheduleKind.COSINE)
            .nesterov(false)
            .weightDecay(1e-6)
            .view(View.FIRST, "moco-v3-view1")
            .view(View.SECOND, "moco-v3-view2")
            .build(),
        provider.recipe());
  }

  @ParameterizedTest
  @CsvSource({
    "teacher, none",
    "temperature, 0",
    "hidden, 0",
    "dimension, 0",
    "last_normalization, perhaps",
    "teacher_momentum, -0.1"
  })
  void options_outOfRange_areRefused(String name, String value) {
    assertThrows(UsageException.class, () -> AlgorithmOptions.of(provider, Map.of(name, value)));
  }

  /** The teacher ends where the predictor begins, with or without the last normalisation. */
  @ParameterizedTest
  @CsvSource({"true, projector.4", "false, projector.3"})
  void create_predictor_isTheStudentsAlone(boolean last, String projection) {
    StudentTeacherAlgorithm moco = create(Map.of("last_normalization", last));
    ComputationGraph teacher = Objects.requireNonNull(moco.teacher()).graph();
    assertEquals(projection, teacher.getConfiguration().getNetworkOutputs().get(0));
    assertNull(ParameterTable.of(teacher).find("predictor.0_W"));
    assertNull(ParameterTable.of(teacher).find("projector.0_b"), "linear layers have no bias");
  }

  @Test
  void steps_lastNormalization_learnsNoScale() {
    StudentTeacherAlgorithm moco = create(Map.of());
    INDArray views = Nd4j.randn(8, 3, 8, 8);
    for (int i = 0; i < 2; i++) {
      moco.step(Batch.unlabeled(views, views.add(0.1)), 1);
    }
    assertSameValues(Nd4j.ones(8), moco.student().graph().getParam("projector.4_gamma"));
    assertSameValues(Nd4j.zeros(8), moco.student().graph().getParam("projector.4_beta"));
  }

  @Test
  void create_networkWithoutPredictor_saysSo() {
    AlgorithmOptions options = AlgorithmOptions.of(provider, Map.of());
    Student student =
        new Student(
            Backbones.named("resnet8-w4").classifier(3, 1),
            Lars.excludingBiasesAndNormalization(0.9, 1e-6));
    AlgorithmContext context = AlgorithmContext.builder(student, options).totalSteps(2).build();
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Algorithms.create(provider, context));
    assertEquals(
        "network: expected a predictor that begins with predictor.0, got none", e.getMessage());
  }

  @Test
  void checkBatch_oneImageAPart_isRefused() {
    AlgorithmOptions options = AlgorithmOptions.of(provider, Map.of());
    provider.checkBatch(options, 2);
    UsageException e = assertThrows(UsageException.class, () -> provider.checkBatch(options, 1));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("--batch") && message.contains("--accumulate"), message);
  }
}
