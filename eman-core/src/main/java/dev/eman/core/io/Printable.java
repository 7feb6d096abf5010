package dev.eman.core.io;

import com.google.common.base.CharMatcher;
import java.util.Locale;

/**
 * Text that others chose, such as a file's name, as it may be shown: a file's name can hold line
 * breaks, and characters that make a terminal move its cursor, change its title or turn the
 * direction of the writing.
 */
public final class Printable {
  /** C0, DEL, C1, line and paragraph separators. */
  private static final CharMatcher CONTROLS =
      CharMatcher.javaIsoControl().or(CharMatcher.inRange('\u2028', '\u2029')).precomputed();

  /** These, and what turns the direction of the writing. */
  private static final CharMatcher DRIVING =
      CONTROLS
          .or(CharMatcher.anyOf("\u061c\u200e\u200f"))
          .or(CharMatcher.inRange('\u202a', '\u202e'))
          .or(CharMatcher.inRange('\u2066', '\u2069'))
          .precomputed();

  private Printable() {}

  /** Whether it holds line breaks or control characters, which fit no list and no table. */
  public static boolean hasControls(String text) {
    return CONTROLS.matchesAnyOf(text);
  }

  /** The text with an escape as in Java's source for each such character. */
  public static String escape(String text) {
    return escape(text, CharMatcher.none());
  }

  /** A message of one or several lines, of which names are a part: line breaks stay. */
  public static String escapeLines(String text) {
    return escape(text.replace("\r\n", "\n"), CharMatcher.is('\n'));
  }

  private static String escape(String text, CharMatcher kept) {
    if (DRIVING.matchesNoneOf(text)) {
      return text;
    }
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!DRIVING.matches(c) || kept.matches(c)) {
        escaped.append(c);
      } else {
        escaped.append(
            switch (c) {
              case '\n' -> "\\n";
              case '\r' -> "\\r";
              case '\t' -> "\\t";
              default -> String.format(Locale.ROOT, "\\u%04x", (int) c);
            });
      }
    }
    return escaped.toString();
  }
}
