package dev.eman.fixmatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.algorithm.Recipe;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FixMatchProviderTest {
  private final FixMatchProvider provider = new FixMatchProvider();

  /** Defaults are what a run means that sets nothing: a change here changes published settings. */
  @Test
  void options_defaults_arePinned() {
    assertEquals(
        """
        teacher (none, ema, eman; default eman): ema normalises with its batch, eman with averaged statistics
        teacher_momentum (number, [0, 1]; default 0.999): momentum of the teacher's moving average
        momentum_schedule (constant, warmup, ramp, cosine; default warmup): how the momentum begins; with cosine it rises to 1
        pseudo_labels (teacher, student; default teacher): whose predictions they are; with student a teacher is only evaluated
        threshold (number, [0, 1]; default 0.95): minimum confidence of a pseudo label
        soft_targets (flag; default false): whether targets are distributions rather than classes
        temperature (number, above 0; default 1): temperature T of soft targets, softmax(logits / T)
        lambda_u (number, at least 0; default 1): weight of the unlabelled loss
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
