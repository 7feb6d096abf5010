package dev.eman.cli;

import dev.eman.core.UsageException;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Adds a run's options to a command. Names, defaults and texts come from {@link TrainingOptions},
 * which also parses the values.
 */
class RunOptions implements IModelTransformer {
  private static final String SET = "--" + OptionTexts.SET;

  /** A command's own defaults, which replace a run's: none unless overridden. */
  OptionTexts defaults() {
    return OptionTexts.empty();
  }

  @Override
  public final CommandSpec transform(CommandSpec spec) {
    OptionTexts defaults = defaults();
    for (TrainingOption<?> option : TrainingOptions.all()) {
      spec.addOption(
          OptionSpec.builder("--" + option.name())
              .type(String.class)
              .paramLabel(option.label())
              .description(describe(option, defaults.text(option).orElse(option.defaultText())))
              .build());
      for (String name : option.formerNames()) {
        spec.addOption(OptionSpec.builder("--" + name).type(String.class).hidden(true).build());
      }
    }
    return spec.addOption(
        OptionSpec.builder(SET)
            .type(List.class)
            .auxiliaryTypes(String.class)
            .paramLabel("KEY=VALUE")
            .description(
                "An option of the algorithm, such as teacher=eman or threshold=0.95; may be"
                    + " repeated; eman algorithms NAME lists them.")
            .build());
  }

  private static String describe(TrainingOption<?> option, String defaultText) {
    String text = option.text();
    if (!defaultText.isEmpty()) {
      text = text.substring(0, text.length() - 1) + " (default: " + defaultText + ").";
    }
    return text.replace("%", "%%");
  }

  /** The run options that were given on the command line. */
  static OptionTexts given(CommandSpec command) {
    OptionTexts given = OptionTexts.empty();
    for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
      if (isRunOption(option)) {
        checkOnce(given, option);
        for (String value : option.originalStringValues()) {
          given = given.with(option.longestName().substring(2), value);
        }
      }
    }
    return given;
  }

  /** An option has a former name as well; picocli takes the two for different options. */
  private static void checkOnce(OptionTexts given, OptionSpec option) {
    String name = option.longestName().substring(2);
    if (!name.equals(OptionTexts.SET) && given.has(TrainingOptions.named(name))) {
      throw new UsageException(
          option.longestName() + ": expected once, found under a former name too");
    }
  }

  private static boolean isRunOption(OptionSpec option) {
    return option.longestName().equals(SET)
        || TrainingOptions.all().stream()
            .flatMap(known -> Stream.concat(Stream.of(known.name()), known.formerNames().stream()))
            .anyMatch(name -> option.longestName().equals("--" + name));
  }
}
