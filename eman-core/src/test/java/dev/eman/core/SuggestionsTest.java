package dev.eman.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
  @ParameterizedTest
  @CsvSource({"non, none", "emann, eman", "EMA, ema", "noenx, none", "onn, none"})
  void unknown_nearName_suggestsIt(String name, String meant) {
    assertEquals(
        "teacher: expected one of none, ema, eman, got " + name + "; did you mean " + meant + "?",
        Suggestions.unknown("teacher", name, List.of("none", "ema", "eman")));
  }

  /** Three edits turn "foo" into "none", but nothing of it remains. */
  @ParameterizedTest
  @CsvSource({"foo", "x", "batch"})
  void unknown_otherName_suggestsNothing(String name) {
    assertEquals(
        "teacher: expected one of none, ema, eman, got " + name,
        Suggestions.unknown("teacher", name, List.of("none", "ema", "eman")));
  }
}
