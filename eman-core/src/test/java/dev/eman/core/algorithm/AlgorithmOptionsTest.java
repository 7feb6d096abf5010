package dev.eman.core.algorithm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.UsageException;
import dev.eman.core.option.OptionSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AlgorithmOptionsTest {
  private static final OptionSpec<Double> THRESHOLD = OptionSpec.number("threshold", 0.95);
  private static final OptionSpec<Long> STEPS = OptionSpec.integer("steps", "half of the run");
  private static final List<OptionSpec<?>> SPECS = List.of(THRESHOLD, STEPS);

  @Test
  void of_someSet_othersHaveTheirDefaults() {
    AlgorithmOptions options = AlgorithmOptions.of("x", SPECS, Map.of("steps", "7"));
    assertEquals(0.95, options.get(THRESHOLD));
    assertEquals(7, options.get(STEPS));
    assertEquals(Map.of("threshold", 0.95, "steps", 7L), options.asMap());
    assertEquals("x{threshold=0.95, steps=7}", options.toString());
  }

  @Test
  void of_defaultOfTheRun_isEmptyUnlessSet() {
    AlgorithmOptions options = AlgorithmOptions.of("x", SPECS, Map.of());
    assertEquals(Optional.empty(), options.find(STEPS));
    assertThrows(IllegalStateException.class, () -> options.get(STEPS));
    assertNotEquals(options, AlgorithmOptions.of("x", SPECS, Map.of("steps", 1)));
    assertEquals(options, AlgorithmOptions.of("x", SPECS, Map.of("threshold", "0.95")));
  }

  @Test
  void of_unknownName_suggestsTheNearest() {
    UsageException e =
        assertThrows(
            UsageException.class, () -> AlgorithmOptions.of("x", SPECS, Map.of("treshold", 1)));
    assertEquals(
        "option of x: expected one of threshold, steps, got treshold; did you mean threshold?",
        e.getMessage());
  }

  @Test
  void get_optionOfAnother_isRefused() {
    AlgorithmOptions options = AlgorithmOptions.of("x", SPECS, Map.of());
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> options.get(OptionSpec.number("threshold", 0.5)));
    assertTrue(String.valueOf(e.getMessage()).contains("threshold"), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> options.get(OptionSpec.flag("other", true)));
  }

  @Test
  void of_twoOptionsOfOneName_isRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> AlgorithmOptions.of("x", List.of(THRESHOLD, THRESHOLD), Map.of()));
  }
}
