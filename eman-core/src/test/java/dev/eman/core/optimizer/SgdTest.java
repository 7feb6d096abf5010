package dev.eman.core.optimizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
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

  private static Segment parameter(String vertex, String key) {
    return new Segment(vertex, key, 0, ImmutableList.of(1L), true);
  }

  @Test
  void decays_key_decides() {
    Sgd sgd = Sgd.excludingBiasesAndNormalization(0.9, true, 5e-4);
    assertTrue(sgd.decays(parameter("fc", "W")));
    assertTrue(sgd.decays(parameter("block_1_conv_b", "W")));
    assertTrue(sgd.decays(parameter("b", "W")));
    assertTrue(sgd.decays(parameter("fc", "proj_b")));
    assertFalse(sgd.decays(parameter("fc", "b")));
    assertFalse(sgd.decays(parameter("block_1.bn", "gamma")));
    assertFalse(sgd.decays(parameter("0", "beta")));
    assertTrue(Sgd.decayingAll(0.9, true, 5e-4).decays(parameter("fc", "b")));
  }

  @Test
  void decays_wholeNameExcluded_doesNotDecay() {
    Sgd sgd = new Sgd(0, false, 1, List.of("head_W"));
    assertFalse(sgd.decays(parameter("head", "W")));
    assertTrue(sgd.decays(parameter("other", "W")));
  }

  @Test
  void decays_noWeightDecay_isFalse() {
    assertFalse(Sgd.decayingAll(0.9, false, 0).decays(parameter("fc", "W")));
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
