package dev.eman.meanteacher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.algorithm.Recipe;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MeanTeacherProviderTest {
  private final MeanTeacherProvider provider = new MeanTeacherProvider();

  /** Defaults are what a run means that sets nothing: a change here changes published settings. */
  @Test
  void options_defaults_arePinned() {
    assertEquals(
        """
        teacher (none, ema, eman; default eman): ema normalises with its batch, eman with averaged statistics
        teacher_momentum (number, [0, 1]; default 0.999): momentum of the teacher's moving average
        momentum_schedule (constant, warmup, ramp, cosine; default ramp): how the momentum begins; with cosine it rises to 1
        consistency (mse, kl; default mse): mean squared error of probabilities, or KL divergence
        consistency_weight (number, at least 0; default 10): weight of the consistency loss after the ramp-up
        rampup_steps (integer, at least 0; default a quarter of the run): steps of the weight's ramp-up
        """,
        provider.options().stream()
            .map(option -> option.summary() + "\n")
            .collect(Collectors.joining()));
  }

  @Test
  void recipe_figures_arePinned() {
    assertEquals(Recipe.EMPTY, provider.recipe());
  }
}
