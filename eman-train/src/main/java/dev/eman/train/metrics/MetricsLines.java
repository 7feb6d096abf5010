package dev.eman.train.metrics;

import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The lines of a file one after the other, with their places in bytes. */
final class MetricsLines implements AutoCloseable {
  /** A damaged file may be one line; of a longer one the rest is replaced by {@link #ILLEGIBLE}. */
  private static final int LONGEST = 1 << 24;

  /** What invalid UTF-8 decodes to, which is part of no number. */
  static final char ILLEGIBLE = '\ufffd';

  private final Path file;
  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int filled;
  private byte[] line = new byte[1 << 10];
  private long start;
  private long end;
  private int rest;

  private MetricsLines(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  /**
   * Opens a file; null if it does not exist.
   *
   * @throws EmanException if it cannot be read
   */
  static @Nullable MetricsLines open(Path file) {
    try {
      return new MetricsLines(file, Files.newInputStream(file));
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  static EmanException cannotRead(Path file, IOException e) {
    return new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
  }

  /**
   * The next line without its line break; null after the last one. What follows the last line break
   * is a row that is still being written, or was cut off by a kill, and no line.
   */
  @Nullable String next() {
    start = end;
    int length = 0;
    for (int value = read(); value >= 0; value = read()) {
      end++;
      if (value == '\n') {
        return text(length);
      }
      if (length < LONGEST) {
        if (length == line.length) {
          line = Arrays.copyOf(line, 2 * length);
        }
        line[length] = (byte) value;
      }
      length = Math.min(length + 1, LONGEST + 1);
    }
    end = start;
    rest = Math.min(length, LONGEST);
    return null;
  }

  private int read() {
    if (at == filled) {
      try {
        filled = in.read(buffer);
      } catch (IOException e) {
        throw cannotRead(file, e);
      }
      at = 0;
      if (filled <= 0) {
        filled = 0;
        return -1;
      }
    }
    return buffer[at++] & 0xff;
  }

  private String text(int length) {
    if (length > LONGEST) {
      return new String(line, 0, LONGEST, StandardCharsets.UTF_8) + ILLEGIBLE;
    }
    int kept = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    return new String(line, 0, kept, StandardCharsets.UTF_8);
  }

  /** After the last line: what follows it. */
  String rest() {
    return new String(line, 0, rest, StandardCharsets.UTF_8);
  }

  /** Where the last line begins, in bytes from the beginning of the file. */
  long start() {
    return start;
  }

  /** Where the last line ends, behind its line break. */
  long end() {
    return end;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }
}
