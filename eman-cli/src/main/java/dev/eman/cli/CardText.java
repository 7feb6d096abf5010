package dev.eman.cli;

import dev.eman.core.io.CommandLines;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** What commands that write a model card say. */
final class CardText {
  private CardText() {}

  /** The command as given, without the folders of this machine. */
  static String commandLine(CommandSpec command) {
    StringBuilder line = new StringBuilder("eman ").append(command.name());
    List<String> arguments = command.commandLine().getParseResult().originalArgs();
    int own = arguments.indexOf(command.name()) + 1;
    for (String argument : arguments.subList(own, arguments.size())) {
      int value = argument.startsWith("--") ? argument.indexOf('=') + 1 : 0;
      line.append(' ')
          .append(
              CommandLines.quote(
                  argument.substring(0, value) + withoutFolder(argument.substring(value))));
    }
    return line.toString();
  }

  /** Some values look like paths, as 10/class does. */
  private static String withoutFolder(String value) {
    try {
      Path path = Path.of(value);
      Path folder = path.getParent();
      Path name = path.getFileName();
      boolean isPath = path.isAbsolute() || (folder != null && Files.exists(folder));
      return isPath && name != null ? name.toString() : value;
    } catch (InvalidPathException e) {
      return value;
    }
  }

  static void print(PrintWriter out, @Nullable Path card) {
    if (card != null) {
      out.printf(Locale.ROOT, "%s says what is known about it%n", card);
    }
  }
}
