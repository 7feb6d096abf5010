package dev.eman.core.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void escape_whatDrivesATerminal_isShownInstead() {
    assertEquals("a\\nb\\tc\\rd", Printable.escape("a\nb\tc\rd"));
    assertEquals("\\u001b[2J\\u0007", Printable.escape("\u001b[2J\u0007"));
    assertEquals("\\u009b1m \\u202etxt", Printable.escape("\u009b1m \u202etxt"));
  }

  @Test
  void escape_otherText_isTheSame() {
    String text = "C:\\Bücher/猫 🐈.png";
    assertEquals(text, Printable.escape(text));
    assertFalse(Printable.hasControls(text));
    assertTrue(Printable.hasControls("two\u2028lines"));
  }

  @Test
  void escapeLines_lineBreaks_stay() {
    assertEquals("a\nb\nc\\u001b", Printable.escapeLines("a\nb\r\nc\u001b"));
  }
}
