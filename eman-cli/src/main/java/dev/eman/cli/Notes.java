package dev.eman.cli;

import dev.eman.core.io.Printable;
import java.io.PrintWriter;
import java.util.List;

/** Prints what a user should know of the data, one line each. */
final class Notes {
  private Notes() {}

  static void print(PrintWriter writer, List<String> notes) {
    notes.forEach(note -> writer.println("note: " + Printable.escapeLines(note)));
    writer.flush();
  }
}
