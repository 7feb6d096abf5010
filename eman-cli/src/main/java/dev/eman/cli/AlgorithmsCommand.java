package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ascii;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.option.OptionSpec;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists algorithms, or one algorithm's options. */
@Command(
    name = "algorithms",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the algorithms on the class path. With NAME: the algorithm's own options (for eman"
          + " train --set) with types, defaults and ranges, and the run options whose defaults"
          + " it changes."
    })
public final class AlgorithmsCommand implements Runnable {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "Name of an algorithm.")
  private @Nullable String name;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    if (name == null) {
      Algorithms.all()
          .forEach((known, provider) -> out.printf("%-16s %s%n", known, provider.description()));
    } else {
      describe(out, Algorithms.named(name));
    }
    out.flush();
  }

  private static void describe(PrintWriter out, AlgorithmProvider algorithm) {
    out.printf("%s: %s%n", algorithm.name(), algorithm.description());
    out.printf(
        "labelled images: %s; views of unlabelled ones: %s%n",
        algorithm.usesLabels() ? "yes" : "no",
        algorithm.views().isEmpty()
            ? "none"
            : algorithm.views().stream()
                .map(view -> Ascii.toLowerCase(view.name()))
                .collect(Collectors.joining(", ")));
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"option", "type", "default", "range", ""});
    for (OptionSpec<?> option : algorithm.options()) {
      rows.add(
          new String[] {
            option.name(), option.type(), option.defaultText(), option.range(), option.text()
          });
    }
    out.printf("%noptions (eman train --set OPTION=VALUE):%n");
    print(out, rows);
    List<String[]> recipe = recipe(algorithm);
    if (!recipe.isEmpty()) {
      out.printf("%nrun options with other defaults:%n");
      print(out, recipe);
    }
  }

  /** Run options whose defaults differ from the program's. */
  private static List<String[]> recipe(AlgorithmProvider algorithm) {
    TrainingOptions options = TrainingOptions.builder(algorithm.name()).build();
    List<String[]> rows = new ArrayList<>();
    for (TrainingOption<?> option : TrainingOptions.all()) {
      String value = option.textIn(options).orElse("");
      if (option != TrainingOptions.ALGORITHM && !value.equals(option.defaultText())) {
        rows.add(new String[] {"--" + option.name(), value});
      }
    }
    return rows;
  }

  /** Prints columns as wide as their longest cell. */
  private static void print(PrintWriter out, List<String[]> rows) {
    int columns = rows.get(0).length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], row[c].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder(" ");
      for (int c = 0; c < columns; c++) {
        line.append(' ').append(row[c]).append(" ".repeat(widths[c] - row[c].length() + 1));
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
