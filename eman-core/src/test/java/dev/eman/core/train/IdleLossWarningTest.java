package dev.eman.core.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.train.TrainingListener.StepReport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdleLossWarningTest {
  private final List<String> warnings = new ArrayList<>();
  private final IdleLossWarning watch = new IdleLossWarning(3, warnings::add);

  private void steps(double... maskRates) {
    for (double rate : maskRates) {
      watch.onStep(
          new StepReport(1, 0.1, ImmutableMap.of("mask_rate", rate, "loss_x", 0.0), 0.1, 0));
    }
  }

  @Test
  void oneImageInAnEpoch_noWarning() {
    steps(0, 0, 0.1, 0.1, 0, 0);
    assertEquals(List.of(), warnings);
  }

  @Test
  void idleEpoch_oneWarningNamesIt() {
    steps(0.1, 0, 0, 0, 0, 0, 0.1, 0, 0);
    assertEquals(1, warnings.size());
    assertTrue(warnings.get(0).contains("mask_rate stayed at zero"), warnings.get(0));
  }

  @Test
  void labelsAlone_neverWarns() {
    for (int i = 0; i < 9; i++) {
      watch.onStep(new StepReport(i, 0.1, ImmutableMap.of("loss_x", 0.0), 0.1, 0));
    }
    assertEquals(List.of(), warnings);
  }
}
