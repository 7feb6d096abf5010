package dev.eman.moco;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.algorithm.AlgorithmProvider.View;
import dev.eman.core.algorithm.Recipe;
import dev.eman.core.optimizer.ScheduleKind;
import dev.eman.core.optimizer.WeightDecayScope;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MocoProviderTest {
  private final MocoProvider provider = new MocoProvider();

  /** Defaults are what a run means that sets nothing: a change here changes published settings. */
  @Test
  void options_defaults_arePinned() {
    assertEquals(
        """
        teacher (ema, eman; default eman): ema normalises with its batch, eman with averaged statistics
        teacher_momentum (number, [0, 1]; default 0.999): momentum of the teacher's moving average
        momentum_schedule (constant, warmup, ramp, cosine; default constant): how the momentum begins; with cosine it rises to 1
        temperature (number, above 0; default 0.2): similarities are divided by it; 0.07 in version 1
        queue (integer, [1, 2147483647]; default 65536): number of keys of former batches used as negatives
        symmetric (flag; default false): whether each view serves as query in turn
        shuffle_groups (integer, [1, 2147483647]; default 1): groups that the student, and after shuffling an ema teacher, normalise apart, as devices do
        head (linear, mlp; default mlp): mlp in version 2, linear in version 1
        dimension (integer, [1, 2147483647]; default 128): width of the embeddings
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
            .learningRate(0.03)
            .schedule(ScheduleKind.COSINE)
            .nesterov(false)
            .weightDecay(1e-4)
            .weightDecayScope(WeightDecayScope.ALL)
            .view(View.FIRST, "moco-v2")
            .view(View.SECOND, "moco-v2")
            .build(),
        provider.recipe());
  }
}
