package dev.eman.benchmarks.bench;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import org.junit.jupiter.api.Test;

final class AgreementTest {
  private static final double[] OURS = {-20, 1, 0};

  private static void differs(String expected, Runnable check) {
    EmanException e = assertThrows(EmanException.class, check::run);
    assertTrue(e.getMessage().contains(expected), e::getMessage);
  }

  @Test
  void checkLogits_withinATenThousandthOfTheLargest_passes() {
    assertDoesNotThrow(
        () -> Agreement.checkLogits("peer", OURS, new double[] {-20.001, 1.0019, -0.0019}));
  }

  @Test
  void checkLogits_further_saysWhoWhatAndWhich() {
    differs(
        "logits[1] of peer: expected 1.00000 as ours, got 1.00210",
        () -> Agreement.checkLogits("peer", OURS, new double[] {-20, 1.0021, 0}));
    differs(
        "got NaN", () -> Agreement.checkLogits("peer", OURS, new double[] {-20, 1, Double.NaN}));
    differs("3 numbers", () -> Agreement.checkLogits("peer", OURS, new double[] {-20, 1}));
  }

  @Test
  void checkLosses_eachRelativeToItself() {
    double[] ours = {2.3, 0.1};
    assertDoesNotThrow(() -> Agreement.checkLosses("peer", ours, new double[] {2.311, 0.1004}));
    differs("losses[1]", () -> Agreement.checkLosses("peer", ours, new double[] {2.3, 0.1006}));
  }
}
