package dev.eman.cli;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Adds a run's options to a command. Names, defaults and texts come from {@link TrainingOptions},
 * which also parses the values.
 */
class RunOptions implements IModelTransformer {
  private static final String SET = "--" + OptionTexts.SET;
  private static final Pattern DEFAULT_IN_WORDS = Pattern.compile(" \\(default: [^()]*\\)\\.$");

  /** A command's own defaults, which replace a run's: none unless overridden. */
  OptionTexts defaults() {
    return OptionTexts.empty();
  }

  /** Whether a command has an option of a run: all of them unless overridden. */
  boolean takes(TrainingOption<?> option) {
    return true;
  }

  /** Whether help names an option that a command takes: all of them unless overridden. */
  boolean shows(TrainingOption<?> option) {
    return true;
  }

  /** What an option does, without its default. */
  String text(TrainingOption<?> option) {
    return option.text();
  }

  @Override
  public final CommandSpec transform(CommandSpec spec) {
    OptionTexts defaults = defaults();
    spec.usageMessage().abbreviateSynopsis(true).optionListHeading("%nConfiguration and output:%n");
    int order = 0;
    for (Map.Entry<String, ImmutableList<TrainingOption<?>>> entry :
        TrainingOptions.groups().entrySet()) {
      if (entry.getValue().stream().noneMatch(this::takes)) {
        continue;
      }
      ArgGroupSpec.Builder group =
          ArgGroupSpec.builder()
              .heading("%n" + entry.getKey() + ":%n")
              .validate(false)
              .multiplicity("0..*")
              .order(order++);
      for (TrainingOption<?> option : entry.getValue()) {
        if (!takes(option)) {
          continue;
        }
        group.addArg(
            OptionSpec.builder("--" + option.name())
                .type(String.class)
                .paramLabel(option.label())
                .description(describe(option, text(option), defaults))
                .hidden(!shows(option))
                .build());
        for (String name : option.formerNames()) {
          spec.addOption(OptionSpec.builder("--" + name).type(String.class).hidden(true).build());
        }
      }
      if (entry.getValue().contains(TrainingOptions.ALGORITHM)
          && takes(TrainingOptions.ALGORITHM)) {
        group.addArg(settings());
      }
      spec.addArgGroup(group.build());
    }
    return spec;
  }

  private static OptionSpec settings() {
    return OptionSpec.builder(SET)
        .type(List.class)
        .auxiliaryTypes(String.class)
        .paramLabel("KEY=VALUE")
        .description(
            "An option of the algorithm, such as teacher=eman or threshold=0.95; may be"
                + " repeated; eman algorithms NAME lists them.")
        .build();
  }

  /** A command's own default takes the place of one that the text tells in words. */
  private static String describe(TrainingOption<?> option, String words, OptionTexts defaults) {
    boolean own = defaults.has(option);
    String text = own ? DEFAULT_IN_WORDS.matcher(words).replaceFirst(".") : words;
    String defaultText = defaults.text(option).orElse(option.defaultText());
    if (!defaultText.isEmpty()) {
      text = text.substring(0, text.length() - 1) + " (default: " + defaultText + ").";
    }
    return text.replace("%", "%%");
  }

  /** The run options that were given on the command line. */
  static OptionTexts given(CommandSpec command) {
    OptionTexts given = OptionTexts.empty();
    // An option of a group may come several times, each time with the values of all times.
    Set<OptionSpec> matched =
        new LinkedHashSet<>(command.commandLine().getParseResult().matchedOptions());
    for (OptionSpec option : matched) {
      if (isRunOption(option)) {
        for (String value : option.originalStringValues()) {
          checkOnce(given, option, value);
          given = given.with(option.longestName().substring(2), value);
        }
      }
    }
    return given;
  }

  private static void checkOnce(OptionTexts given, OptionSpec option, String value) {
    String name = option.longestName().substring(2);
    if (name.equals(OptionTexts.SET)) {
      String setting = Splitter.on('=').splitToList(value).get(0);
      if (given.setting(setting).isPresent()) {
        throw new UsageException(SET + ": expected " + setting + " once, found twice");
      }
    } else if (given.has(TrainingOptions.named(name))) {
      throw new UsageException(
          option.longestName()
              + ": expected once, found "
              + (option.originalStringValues().size() > 1 ? "twice" : "under a former name too"));
    }
  }

  private static boolean isRunOption(OptionSpec option) {
    return option.longestName().equals(SET)
        || TrainingOptions.all().stream()
            .flatMap(known -> Stream.concat(Stream.of(known.name()), known.formerNames().stream()))
            .anyMatch(name -> option.longestName().equals("--" + name));
  }
}
