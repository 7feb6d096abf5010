package dev.eman.spark.ring;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Texts about failures on their way between workers: one line of printable characters. */
final class Failures {
  private Failures() {}

  /** At most {@link Frame#LONGEST_TEXT} bytes. */
  static byte[] encode(String text) {
    String line = printable(text);
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    while (bytes.length > Frame.LONGEST_TEXT) {
      line = line.substring(0, line.length() * Frame.LONGEST_TEXT / (bytes.length + 1));
      bytes = line.getBytes(StandardCharsets.UTF_8);
    }
    return bytes;
  }

  /** Reads what a neighbour says, whatever it is. */
  static String decode(ByteBuf payload) {
    return printable(payload.toString(StandardCharsets.UTF_8));
  }

  private static String printable(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c)
        .filter(c -> Character.isValidCodePoint(c) && !isLineBreak(c))
        .forEach(line::appendCodePoint);
    return line.toString();
  }

  private static boolean isLineBreak(int c) {
    return Character.getType(c) == Character.LINE_SEPARATOR
        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR;
  }
}
