package dev.eman.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * The outcome of a command that ran within the test.
 *
 * @param exitCode as the process would have
 * @param out what it printed
 * @param err what it complained of
 */
public record MainAccess(int exitCode, String out, String err) {
  /** Runs a command. */
  public static MainAccess run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine(false)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new MainAccess(exitCode, out.toString(), err.toString());
  }
}
