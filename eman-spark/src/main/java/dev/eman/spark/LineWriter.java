package dev.eman.spark;

import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Cuts what is written into lines. */
final class LineWriter extends Writer {
  private final Consumer<String> each;
  private final List<String> all = new ArrayList<>();
  private final StringBuilder begun = new StringBuilder();

  LineWriter(Consumer<String> each) {
    this.each = each;
  }

  @Override
  public void write(char[] characters, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (characters[i] == '\n') {
        end();
      } else if (characters[i] != '\r') {
        begun.append(characters[i]);
      }
    }
  }

  private void end() {
    String line = begun.toString();
    begun.setLength(0);
    all.add(line);
    each.accept(line);
  }

  /** All whole lines so far. */
  List<String> lines() {
    return all;
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    if (!begun.isEmpty()) {
      end();
    }
  }
}
