package dev.eman.core.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.eval.EmbeddingSpread;
import dev.eman.core.train.TrainingListener.StepReport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CollapseWarningTest {
  private final List<String> warnings = new ArrayList<>();
  private final CollapseWarning watch = new CollapseWarning(100, warnings::add);
  private long step;

  private void steps(int count, double spread) {
    for (int i = 0; i < count; i++) {
      watch.onStep(
          new StepReport(++step, 0.1, ImmutableMap.of(EmbeddingSpread.METRIC, spread), 1, 0));
    }
  }

  @Test
  void onStep_lowForLong_warnsOnceAndAgainAfterRecovery() {
    steps(19, 0.009);
    assertEquals(List.of(), warnings);
    steps(1, 0.009);
    assertEquals(1, warnings.size());
    assertTrue(warnings.get(0).startsWith("step 20: the embeddings collapse"), warnings.get(0));
    steps(100, 0.001);
    assertEquals(1, warnings.size());
    steps(1, 0.09);
    steps(20, 0.001);
    assertEquals(2, warnings.size());
  }

  @Test
  void onStep_healthyOrUnknown_staysQuiet() {
    steps(50, 0.011);
    watch.onStep(new StepReport(1, 0.1, ImmutableMap.of("loss", 0.0), 1, 0));
    assertEquals(List.of(), warnings);
  }
}
