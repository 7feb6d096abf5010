package dev.eman.similarity.simmatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SimMatchProviderTest {
  /** Defaults are what a run means that sets nothing: a change here changes published settings. */
  @Test
  void options_defaults_arePinned() {
    assertEquals(
        """
        teacher (none, ema, eman; default eman): ema normalises with its batch, eman with averaged statistics
        teacher_momentum (number, [0, 1]; default 0.999): momentum of the teacher's moving average
        momentum_schedule (constant, warmup, ramp, cosine; default warmup): how the momentum begins; with cosine it rises to 1
        threshold (number, [0, 1]; default 0.95): minimum confidence of a target; 0.7 on ImageNet
        lambda_u (number, at least 0; default 1): weight of the unlabelled loss; 10 on ImageNet
        alignment_window (integer, [1, 2147483647]; default 256): batches whose mean prediction is divided out
        first_step (integer, at least 0; default when the bank has seen all labels): from when on the embeddings in memory correct targets
        lambda_in (number, at least 0; default 1): weight of the instances' loss; 5 on ImageNet
        teacher_temperature (number, above 0; default 0.1): similarities of weak views are divided by it
        student_temperature (number, above 0; default 0.1): similarities of strong views are divided by it
        semantic_share (number, [0, 1]; default 0.9): part of the prediction in a target; the neighbours have the rest
        bank_momentum (number, [0, 1]; default 0): momentum of an image's embedding in memory; 0.7 is usual without a teacher
        hidden (integer, [1, 2147483647]; default as many as features): hidden width of the projection head
        dimension (integer, [1, 2147483647]; default 128): width of the embeddings
        """,
        new SimMatchProvider()
            .options().stream()
                .map(option -> option.summary() + "\n")
                .collect(Collectors.joining()));
  }
}
