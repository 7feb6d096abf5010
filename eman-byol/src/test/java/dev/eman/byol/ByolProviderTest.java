package dev.eman.byol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider.View;
import dev.eman.core.algorithm.Recipe;
import dev.eman.core.optimizer.OptimizerKind;
import dev.eman.core.optimizer.ScheduleKind;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ByolProviderTest {
  private final ByolProvider provider = new ByolProvider();

  /** Defaults are what a run means that sets nothing: a change here changes published settings. */
  @Test
  void options_defaults_arePinned() {
    assertEquals(
        """
        teacher (ema, eman; default eman): ema normalises with its batch, eman with averaged statistics
        teacher_momentum (number, [0, 1]; default 0.98): momentum of the teacher's moving average
        momentum_schedule (constant, warmup, ramp, cosine; default cosine): how the momentum begins; with cosine it rises to 1
        hidden (integer, [1, 2147483647]; default 4096): hidden width of projector and predictor
        dimension (integer, [1, 2147483647]; default 256): width of the embeddings
        """,
        provider.options().stream()
            .map(option -> option.summary() + "\n")
            .collect(Collectors.joining()));
  }

  @Test
  void recipe_figures_arePinned() {
    assertEquals(
        Recipe.builder()
            .batchSize(512)
            .unlabeledRatio(1)
            .learningRate(1.8)
            .schedule(ScheduleKind.COSINE)
            .optimizer(OptimizerKind.LARS)
            .nesterov(false)
            .weightDecay(1e-6)
            .view(View.FIRST, "byol-view1")
            .view(View.SECOND, "byol-view2")
            .build(),
        provider.recipe());
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
