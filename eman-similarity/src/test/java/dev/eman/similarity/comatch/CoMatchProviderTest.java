package dev.eman.similarity.comatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.algorithm.AlgorithmProvider.View;
import dev.eman.core.algorithm.Recipe;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CoMatchProviderTest {
  private final CoMatchProvider provider = new CoMatchProvider();

  /** Defaults are what a run means that sets nothing: a change here changes published settings. */
  @Test
  void options_defaults_arePinned() {
    assertEquals(
        """
        teacher (none, ema, eman; default eman): ema normalises with its batch, eman with averaged statistics
        teacher_momentum (number, [0, 1]; default 0.999): momentum of the teacher's moving average
        momentum_schedule (constant, warmup, ramp, cosine; default warmup): how the momentum begins; with cosine it rises to 1
        threshold (number, [0, 1]; default 0.95): minimum confidence of a target; 0.6 and 0.5 on ImageNet, 1% and 10%
        lambda_u (number, at least 0; default 1): weight of the unlabelled loss; 10 on ImageNet
        alignment_window (integer, [1, 2147483647]; default 32): batches whose mean prediction is divided out
        first_step (integer, at least 0; default when the queue is full): from when on the embeddings in memory correct targets
        lambda_c (number, at least 0; default 1): weight of the graphs' loss; 10 and 2 on ImageNet
        temperature (number, above 0; default 0.2): similarities are divided by it; 0.1 on ImageNet
        own_share (number, [0, 1]; default 0.9): part of the prediction in a target; the queue has the rest
        edge_threshold (number, [0, 1]; default 0.8): agreement from which on images are pairs; 0.3 and 0.2 on ImageNet
        queue (integer, [1, 2147483647]; default 2560): images remembered; five batches of 64 + 448 in the paper
        hidden (integer, [1, 2147483647]; default as many as features): hidden width of the projection head
        dimension (integer, [1, 2147483647]; default 64): width of the embeddings
        """,
        provider.options().stream()
            .map(option -> option.summary() + "\n")
            .collect(Collectors.joining()));
  }

  @Test
  void recipe_secondView_isThePapers() {
    assertEquals(Recipe.builder().view(View.SECOND, "comatch-strong").build(), provider.recipe());
  }
}
