package dev.eman.core.io;

import com.google.common.base.CharMatcher;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Commands in messages, to be copied into a shell as they are. */
public final class CommandLines {
  /** The system property by which a launcher says how it was called. */
  public static final String LAUNCHER = "eman.command";

  /** Characters that mean themselves to every shell. */
  private static final CharMatcher PLAIN =
      CharMatcher.inRange('a', 'z')
          .or(CharMatcher.inRange('A', 'Z'))
          .or(CharMatcher.inRange('0', '9'))
          .or(CharMatcher.anyOf("_-+=:,./@%"))
          .precomputed();

  private CommandLines() {}

  /**
   * A command of the {@code eman} program, such as {@code eman train --resume 'my run'}.
   *
   * @param words its arguments; quoted where need be
   */
  public static String eman(Object... words) {
    String program = quote(System.getProperty(LAUNCHER, "eman"));
    return Arrays.stream(words)
        .map(word -> " " + quote(word.toString()))
        .collect(Collectors.joining("", program, ""));
  }

  /**
   * A word as a shell reads it, in single quotes if it holds blanks or other special characters.
   */
  public static String quote(String word) {
    return !word.isEmpty() && PLAIN.matchesAllOf(word)
        ? word
        : "'" + word.replace("'", "'\\''") + "'";
  }
}
