package dev.eman.cli.data;

import java.io.Console;
import java.lang.reflect.Method;

/** Detects an interactive terminal. */
public final class Terminal {
  private Terminal() {}

  /** Whether output goes to a terminal rather than to a file or another program. */
  @SuppressWarnings("SystemConsoleNull") // From Java 22 on the other question is asked.
  public static boolean isPresent() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      Method isTerminal = Console.class.getMethod("isTerminal");
      return (boolean) isTerminal.invoke(console);
    } catch (ReflectiveOperationException e) {
      return true; // Before Java 22, there is a console only on a terminal.
    }
  }
}
