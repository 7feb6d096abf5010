package dev.eman.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import com.google.common.base.Joiner;
import dev.eman.core.EmanException;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.Recipe;
import dev.eman.core.train.Checkpoint;
import dev.eman.datasets.augment.AugmentationPreset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Run options from the command line and from YAML, and back. */
public final class RunConfig {
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                  .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** A configuration has some hundred lines; a parser of YAML may take long over one line. */
  private static final int LONGEST = 1 << 18;

  private RunConfig() {}

  /**
   * Options from arguments; a later one overrides an earlier one, and what none says is as the
   * algorithm wants it.
   *
   * @throws CommandLine.ParameterException for an unknown option or a wrong value
   */
  public static RunOptions parse(Collection<String> arguments) {
    RunOptions options = parsed(arguments);
    List<String> all = new ArrayList<>();
    AlgorithmProvider algorithm = Algorithms.all().get(options.algorithm);
    if (algorithm != null) { // An unknown one is reported where it is used.
      all.addAll(arguments(algorithm.recipe()));
    }
    if (all.isEmpty()) {
      return options;
    }
    all.addAll(arguments);
    return parsed(all);
  }

  /** The arguments that a recipe stands for. */
  private static List<String> arguments(Recipe recipe) {
    Map<String, Object> values = new LinkedHashMap<>();
    recipe.batchSize().ifPresent(value -> values.put("batch", value));
    recipe.unlabeledRatio().ifPresent(value -> values.put("mu", value));
    recipe.learningRate().ifPresent(value -> values.put("learning-rate", value));
    recipe.schedule().ifPresent(value -> values.put("schedule", value));
    recipe.optimizer().ifPresent(value -> values.put("optimizer", value));
    recipe.momentum().ifPresent(value -> values.put("momentum", value));
    recipe.nesterov().ifPresent(value -> values.put("nesterov", value));
    recipe.weightDecay().ifPresent(value -> values.put("weight-decay", value));
    recipe.weightDecayScope().ifPresent(value -> values.put("decay", value));
    recipe.maxGradientNorm().ifPresent(value -> values.put("clip", value));
    recipe
        .views()
        .forEach(
            (view, preset) -> {
              String name =
                  switch (view) {
                    case WEAK -> "weak";
                    case STRONG -> "strong";
                    case FIRST -> "first-view";
                    case SECOND -> "second-view";
                  };
              values.put(name, preset);
            });
    return values.entrySet().stream().map(e -> "--" + e.getKey() + "=" + e.getValue()).toList();
  }

  private static RunOptions parsed(Collection<String> arguments) {
    RunOptions options = new RunOptions();
    commandLine(options).parseArgs(arguments.toArray(new String[0]));
    return options;
  }

  /**
   * The arguments that a configuration file stands for.
   *
   * @throws EmanException if it is missing
   * @throws UsageException if it is not YAML or has an unknown key
   */
  public static List<String> arguments(Path file) {
    try {
      return arguments(Files.readString(file), file.toString());
    } catch (NoSuchFileException e) {
      throw new EmanException("expected a configuration at " + file + ", found nothing", e);
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + e, e);
    }
  }

  /** Options of the run that a checkpoint is of, as arguments. */
  public static List<String> arguments(Checkpoint checkpoint) {
    return arguments(checkpoint.require("config"), "the checkpoint's configuration");
  }

  /** Likewise, of a text. */
  public static List<String> arguments(String yaml, String where) {
    JsonNode tree = tree(yaml, where);
    List<String> arguments = new ArrayList<>();
    if (tree.isMissingNode() || tree.isNull()) {
      return arguments;
    }
    if (!tree.isObject()) {
      throw new UsageException(where + ": expected lines 'name: value', found something else");
    }
    List<String> known =
        commandLine(new RunOptions()).getCommandSpec().options().stream()
            .map(RunConfig::name)
            .toList();
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      if (!known.contains(entry.getKey())) {
        throw new UsageException(
            where + ": " + Suggestions.unknown("configuration key", entry.getKey(), known));
      }
      JsonNode value = entry.getValue();
      if (value.isArray() || (value.isObject() && !entry.getKey().equals("set"))) {
        throw new UsageException(where + ": " + entry.getKey() + ": expected one value");
      }
      if (value.isObject()) {
        for (Map.Entry<String, JsonNode> option : value.properties()) {
          if (!option.getValue().isValueNode() || option.getValue().isNull()) {
            throw new UsageException(where + ": set: " + option.getKey() + ": expected one value");
          }
          arguments.add("--set=" + option.getKey() + "=" + option.getValue().asText());
        }
      } else if (!value.isNull()) {
        arguments.add("--" + entry.getKey() + "=" + value.asText());
      }
    }
    return arguments;
  }

  /**
   * A YAML text, of which nothing is dropped in silence: no repeated keys, further documents,
   * aliases.
   *
   * @throws UsageException if it is something else
   */
  public static JsonNode tree(String yaml, String where) {
    if (yaml.length() > LONGEST) {
      throw new UsageException(
          String.format(
              "%s: expected a configuration of at most %d characters, found %d",
              where, LONGEST, yaml.length()));
    }
    try {
      checkAliases(yaml, where);
      return MAPPER.readTree(yaml);
    } catch (JsonProcessingException e) {
      throw new UsageException(where + ": expected YAML, found: " + e.getOriginalMessage(), e);
    }
  }

  /** The parser would take an alias for the text of its name. */
  private static void checkAliases(String yaml, String where) throws JsonProcessingException {
    try (YAMLParser parser = MAPPER.getFactory().createParser(yaml)) {
      while (parser.nextToken() != null) {
        if (parser.isCurrentAlias()) {
          throw new UsageException(
              where + ": expected values, found the alias *" + parser.getText() + "; write it out");
        }
      }
    } catch (JsonProcessingException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("a text cannot fail to be read", e);
    }
  }

  /**
   * Looks whether a run would understand a configuration.
   *
   * @throws UsageException if not
   */
  public static void check(String yaml, String where) {
    List<String> arguments = arguments(yaml, where);
    try {
      Algorithms.named(parse(arguments).algorithm);
    } catch (CommandLine.ParameterException | EmanException e) {
      throw new UsageException(where + ": " + e.getMessage(), e);
    }
  }

  /** A configuration with every option's value, to be compared. */
  public static String resolved(String yaml) {
    return toYaml(parse(arguments(yaml, "configuration")));
  }

  /** Likewise, of a file. */
  public static String resolved(Path file) {
    return toYaml(parse(arguments(file)));
  }

  /** Every option with its value. */
  public static String toYaml(RunOptions options) {
    ObjectNode tree = MAPPER.createObjectNode();
    for (OptionSpec option : commandLine(options).getCommandSpec().options()) {
      Object value = option.getValue();
      if (value instanceof Map<?, ?> map) {
        ObjectNode inner = tree.putObject(name(option));
        map.forEach((key, v) -> inner.put(String.valueOf(key), String.valueOf(v)));
      } else if (value instanceof List<?> list) {
        if (!list.isEmpty()) {
          tree.put(name(option), Joiner.on(',').join(list));
        }
      } else if (value instanceof Number number) {
        tree.put(name(option), number.toString());
      } else if (value instanceof Path path) {
        tree.put(name(option), path.toAbsolutePath().normalize().toString());
      } else if (value instanceof Enum<?> constant && !(value instanceof AugmentationPreset)) {
        tree.put(name(option), constant.name().toLowerCase(Locale.ROOT));
      } else if (value != null) {
        tree.put(name(option), value.toString());
      }
    }
    try {
      return MAPPER.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static CommandLine commandLine(RunOptions options) {
    return Converters.register(new CommandLine(options))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOverwrittenOptionsAllowed(true);
  }

  private static String name(OptionSpec option) {
    return option.longestName().substring(2);
  }
}
