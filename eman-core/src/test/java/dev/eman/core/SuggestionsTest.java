package dev.eman.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
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

  @Test
  void unknown_longName_isToldByItsBeginning() {
    assertEquals(
        "teacher: expected one of none, got " + "x".repeat(197) + "...",
        Suggestions.unknown("teacher", "x".repeat(10_000), List.of("none")));
  }

  @Test
  void unknownOrMissingJar_noNameIsNear_saysWhereJarsGo() {
    List<String> known = List.of("fixmatch", "moco");
    assertEquals(
        "algorithm: expected one of fixmatch, moco, got steadymatch; one from a jar of your own:"
            + " put that on the class path (EMAN_CLASSPATH)",
        Suggestions.unknownOrMissingJar("algorithm", "steadymatch", known));
    assertEquals(
        "algorithm: expected one of fixmatch, moco, got mocco; did you mean moco?",
        Suggestions.unknownOrMissingJar("algorithm", "mocco", known));
  }
}
