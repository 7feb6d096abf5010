package dev.eman.moco.ressl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider.View;
import dev.eman.core.algorithm.Recipe;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.optimizer.ScheduleKind;
import java.util.Map;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResslProviderTest {
  private final ResslProvider provider = new ResslProvider();

  /** Defaults are what a run means that sets nothing: a change here changes published settings. */
  @Test
  void options_defaults_arePinned() {
    assertEquals(
        """
        teacher (ema, eman; default eman): ema normalises with its batch, eman with averaged statistics
        teacher_momentum (number, [0, 1]; default 0.999): momentum of the teacher's moving average
        momentum_schedule (constant, warmup, ramp, cosine; default constant): how the momentum begins; with cosine it rises to 1
        student_temperature (number, above 0; default 0.1): the student's similarities are divided by it
        teacher_temperature (number, above 0; default 0.04): the teacher's are divided by it; below the student's, a sharper target
        queue (integer, [1, 2147483647]; default 131072): number of past embeddings to relate images to; 4096 for CIFAR
        shuffle_groups (integer, [1, 2147483647]; default 1): groups that the student, and after shuffling an ema teacher, normalise apart, as devices do
        hidden (integer, [1, 2147483647]; default 4096): hidden width of the projector
        dimension (integer, [1, 2147483647]; default 512): width of the embeddings
        """,
        provider.options().stream()
            .map(option -> option.summary() + "\n")
            .collect(Collectors.joining()));
  }

  @Test
  void recipe_figures_arePinned() {
    assertEquals(
        Recipe.builder()
            .batchSize(256)
            .unlabeledRatio(1)
            .learningRate(0.05)
            .schedule(ScheduleKind.COSINE)
            .nesterov(false)
            .weightDecay(1e-4)
            .view(View.FIRST, "moco-v2")
            .view(View.SECOND, "ressl-weak")
            .build(),
        provider.recipe());
  }

  @ParameterizedTest
  @CsvSource({
    "teacher, none",
    "queue, 0",
    "student_temperature, 0",
    "teacher_temperature, -1",
    "hidden, 0",
    "shuffle_groups, 0",
    "dimension, 0",
    "teacher_momentum, 1.5"
  })
  void options_outOfRange_areRefused(String name, String value) {
    assertThrows(UsageException.class, () -> AlgorithmOptions.of(provider, Map.of(name, value)));
  }

  @Test
  void checkBatch_moreThanTheQueue_isRefused() {
    AlgorithmOptions options = AlgorithmOptions.of(provider, Map.of("queue", 16));
    provider.checkBatch(options, 16);
    UsageException e = assertThrows(UsageException.class, () -> provider.checkBatch(options, 17));
    assertEquals("queue: expected at least the 17 keys of a batch, got 16", e.getMessage());
  }

  @Test
  void checkBatch_notAMultipleOfTheGroups_isRefused() {
    AlgorithmOptions options =
        AlgorithmOptions.of(provider, Map.of("queue", 16, "shuffle_groups", 4));
    provider.checkBatch(options, 12);
    UsageException e = assertThrows(UsageException.class, () -> provider.checkBatch(options, 10));
    assertEquals(
        "shuffle_groups: expected a divisor of the 10 images of a batch, got 4", e.getMessage());
  }

  @Test
  void network_widths_areTheOptions() {
    AlgorithmOptions options = AlgorithmOptions.of(provider, Map.of("hidden", 24, "dimension", 12));
    ComputationGraph network = provider.network(Backbones.named("resnet8-w4"), 10, options, 1);
    assertEquals(12, GraphParts.outputWidth(network));
    assertEquals(24, network.getParam("projector.0_b").length());
  }
}
