package dev.eman.core.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.UsageException;
import dev.eman.core.model.TeacherMode;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionSpecTest {
  private static final OptionSpec<Double> THRESHOLD =
      OptionSpec.number("threshold", 0.95).between(0, 1).describedAs("from here on");

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "0.5, 0.5", "1e-3, 0.001"})
  void number_withinTheRange_isRead(String given, double expected) {
    assertEquals(expected, THRESHOLD.parse("x", given));
    assertEquals(expected, THRESHOLD.parse("x", expected));
  }

  @ParameterizedTest
  @CsvSource({
    "1.01, '[0, 1]'",
    "-0.1, '[0, 1]'",
    "two, a number",
    "NaN, a number",
    "Infinity, a number"
  })
  void number_other_isRefused(String given, String expected) {
    assertRefused(THRESHOLD, given, "x.threshold: expected " + expected + ", got " + given);
  }

  @Test
  void number_openLimit_isExcluded() {
    OptionSpec<Double> temperature = OptionSpec.number("t", 1).above(0);
    assertRefused(temperature, "0", "x.t: expected above 0, got 0");
    assertEquals(Double.MIN_VALUE, temperature.parse("x", Double.MIN_VALUE));
    assertEquals("above 0", temperature.range());
  }

  @Test
  void integer_whole_isReadAndOthersRefused() {
    OptionSpec<Long> queue = OptionSpec.integer("queue", 8).between(1, 100);
    assertEquals(100, queue.parse("x", "1e2"));
    assertEquals(7, queue.parse("x", 7));
    assertRefused(queue, "1.5", "x.queue: expected a whole number, got 1.5");
    assertRefused(queue, "many", "x.queue: expected a whole number, got many");
    assertRefused(queue, "101", "x.queue: expected [1, 100], got 101");
    assertRefused(OptionSpec.integer("n", 1).atLeast(1), "0", "x.n: expected at least 1, got 0");
  }

  @Test
  void integer_beyondDoubles_keepsItsDigits() {
    OptionSpec<Long> seed = OptionSpec.integer("seed", 0);
    long large = (1L << 53) + 1;
    assertEquals(large, seed.parse("x", Long.toString(large)));
    assertEquals(large, seed.parse("x", large));
    assertEquals(Long.MIN_VALUE, seed.parse("x", Long.toString(Long.MIN_VALUE)));
    assertEquals(1L << 53, seed.parse("x", "9.007199254740992e15"));
    for (Object given :
        List.of("9.1e15", "1e30", -1e30, "9223372036854775808", BigInteger.TWO.pow(64), "1e999")) {
      assertRefused(
          seed, given, "x.seed: expected a whole number" + (given.equals("1e999") ? "" : " of 64"));
    }
    assertEquals("at least " + large, OptionSpec.integer("n", large).atLeast(large).range());
  }

  @Test
  void flag_trueOrFalse_isRead() {
    OptionSpec<Boolean> flag = OptionSpec.flag("soft", false);
    assertEquals(true, flag.parse("x", "true"));
    assertEquals(false, flag.parse("x", false));
    assertRefused(flag, "yes", "x.soft: expected true or false, got yes");
  }

  @Test
  void choice_otherName_suggestsTheNearest() {
    OptionSpec<TeacherMode> teacher =
        OptionSpec.choice("teacher", TeacherMode.EMAN)
            .among(List.of(TeacherMode.EMA, TeacherMode.EMAN));
    assertEquals(TeacherMode.EMA, teacher.parse("x", "ema"));
    assertEquals("ema, eman", teacher.range());
    assertRefused(teacher, "emna", "did you mean ema");
    assertRefused(teacher, "none", "x.teacher: expected one of ema, eman, got none");
  }

  @Test
  void text_anything_isRead() {
    assertEquals("7", OptionSpec.text("path", "").parse("x", 7));
  }

  @Test
  void summary_hasTypeRangeDefaultAndText() {
    assertEquals("threshold (number, [0, 1]; default 0.95): from here on", THRESHOLD.summary());
    assertEquals(
        "on (flag; default true): so", OptionSpec.flag("on", true).describedAs("so").summary());
    assertEquals(
        "n (integer, at least 0; default a quarter): steps",
        OptionSpec.integer("n", "a quarter").atLeast(0).describedAs("steps").summary());
    assertEquals(
        "teacher (none, ema, eman; default ema): which",
        OptionSpec.choice("teacher", TeacherMode.EMA).describedAs("which").summary());
  }

  @Test
  void new_defaultOutOfRangeOrBadName_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> OptionSpec.number("x", 2).between(0, 1));
    assertThrows(
        IllegalArgumentException.class, () -> OptionSpec.number("x", Double.POSITIVE_INFINITY));
    assertThrows(IllegalArgumentException.class, () -> OptionSpec.integer("x", 0).atLeast(1));
    assertThrows(
        IllegalArgumentException.class,
        () -> OptionSpec.choice("x", TeacherMode.NONE).among(List.of(TeacherMode.EMA)));
    assertThrows(IllegalArgumentException.class, () -> OptionSpec.flag("Soft-targets", true));
  }

  private static void assertRefused(OptionSpec<?> option, Object given, String part) {
    String message =
        String.valueOf(
            assertThrows(UsageException.class, () -> option.parse("x", given)).getMessage());
    assertTrue(message.contains(part), message);
  }
}
