package dev.eman.datasets.split;

import static dev.eman.datasets.split.LabelSplitTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LabelAmountTest {
  @ParameterizedTest
  @CsvSource({
    "1%, 0.01, 0",
    "10%, 0.1, 0",
    "0.5%, 0.005, 0",
    "7%, 0.07, 0",
    "33.3%, 0.333, 0",
    "100%, 1, 0",
    "0.0000001%, 1e-9, 0",
    "1/class, 0, 1",
    "40/class, 0, 40",
    "2147483647/class, 0, 2147483647",
  })
  void parse_forms_andBack(String text, double fraction, int perClass) {
    LabelAmount amount = LabelAmount.parse(text);
    assertEquals(new LabelAmount(fraction, perClass), amount);
    assertEquals(text, amount.toString());
  }

  @Test
  void parse_otherSpellings_same() {
    assertEquals(LabelAmount.fraction(0.1), LabelAmount.parse(" 10.0% "));
    assertEquals(LabelAmount.perClass(4), LabelAmount.parse("4/Class"));
    assertEquals(LabelAmount.perClass(4), LabelAmount.parse("4.0/class"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "%",
        "0%",
        "0.0%",
        "100.1%",
        "-1%",
        "1e-3%",
        ".5%",
        "1 %",
        "0/class",
        "1.5/class",
        "4/classes",
        "40 per class",
        "99999999999/class",
        "nan%",
      })
  void parse_anythingElse_error(String text) {
    assertMessage(
        () -> LabelAmount.parse(text),
        "labels: expected a part such as 1%, or a number such as 40/class, got " + text);
  }

  @Test
  void new_neitherOrBoth_refused() {
    assertThrows(IllegalArgumentException.class, () -> new LabelAmount(0, 0));
    assertThrows(IllegalArgumentException.class, () -> new LabelAmount(0.1, 4));
    assertThrows(IllegalArgumentException.class, () -> LabelAmount.fraction(1.01));
    assertThrows(IllegalArgumentException.class, () -> LabelAmount.fraction(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> LabelAmount.perClass(-1));
  }

  @Test
  void total_fractions_roundedDownWhateverTheyAreInBinary() {
    assertEquals(3, LabelAmount.parse("10%").total(30, 2));
    assertEquals(7, LabelAmount.parse("7%").total(100, 2));
    assertEquals(29, LabelAmount.parse("29%").total(100, 2)); // 28.999999999999996
    assertEquals(12811, LabelAmount.parse("1%").total(1_281_167, 1000));
    assertEquals(1000, LabelAmount.parse("0.01%").total(1_281_167, 1000));
    assertEquals(4000, LabelAmount.parse("4/class").total(1_281_167, 1000));
  }
}
