package dev.eman.cli;

import com.google.common.collect.ImmutableList;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import picocli.CommandLine;

/** Renders the help of all commands on the class path. */
public final class HelpTexts {
  /**
   * What came of it.
   *
   * @param commands names of all commands and their subcommands
   * @param warnings what was told on the error stream
   */
  public record Rendered(ImmutableList<String> commands, String warnings) {}

  private HelpTexts() {}

  /** Renders them. */
  public static Rendered render() {
    ImmutableList.Builder<String> names = ImmutableList.builder();
    ByteArrayOutputStream warnings = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(warnings, true, StandardCharsets.UTF_8));
    try {
      Deque<CommandLine> commands = new ArrayDeque<>();
      commands.add(Main.commandLine(false));
      while (!commands.isEmpty()) {
        CommandLine command = commands.remove();
        command.getUsageMessage();
        names.add(command.getCommandSpec().qualifiedName());
        commands.addAll(command.getSubcommands().values());
      }
    } finally {
      System.setErr(before);
    }
    return new Rendered(names.build(), warnings.toString(StandardCharsets.UTF_8));
  }
}
