package dev.eman.core.optimizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SgdTest {
  @Test
  void factories_exclusions_arePinned() {
    assertEquals(
        new Sgd(0.9, true, 5e-4, List.of("b", "gamma", "beta")),
        Sgd.excludingBiasesAndNormalization(0.9, true, 5e-4));
    assertEquals(new Sgd(0.9, false, 1e-4, List.of()), Sgd.decayingAll(0.9, false, 1e-4));
  }

  @Test
  void decays_keyAfterLastUnderscore_decides() {
    Sgd sgd = Sgd.excludingBiasesAndNormalization(0.9, true, 5e-4);
    assertTrue(sgd.decays("fc_W"));
    assertTrue(sgd.decays("block_1_conv_b_W"));
    assertTrue(sgd.decays("b_W"));
    assertFalse(sgd.decays("fc_b"));
    assertFalse(sgd.decays("block_1.bn_gamma"));
    assertFalse(sgd.decays("0_beta"));
    assertFalse(sgd.decays("beta"));
    assertTrue(Sgd.decayingAll(0.9, true, 5e-4).decays("fc_b"));
  }

  @Test
  void decays_wholeNameExcluded_doesNotDecay() {
    Sgd sgd = new Sgd(0, false, 1, List.of("head_W"));
    assertFalse(sgd.decays("head_W"));
    assertTrue(sgd.decays("other_W"));
  }

  @Test
  void decays_noWeightDecay_isFalse() {
    assertFalse(Sgd.decayingAll(0.9, false, 0).decays("fc_W"));
  }

  @Test
  void constructor_wrongArguments_throws() {
    assertMessage("momentum: expected [0, 1), got 1.0", () -> Sgd.decayingAll(1, false, 0));
    assertMessage("momentum: expected [0, 1), got NaN", () -> Sgd.decayingAll(0d / 0, false, 0));
    assertMessage(
        "nesterov: expected a momentum above 0, got 0", () -> Sgd.decayingAll(0, true, 0));
    assertMessage(
        "weightDecay: expected at least 0, got -1.0", () -> Sgd.decayingAll(0, false, -1));
  }

  private static void assertMessage(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
