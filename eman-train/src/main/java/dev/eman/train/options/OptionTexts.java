package dev.eman.train.options;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Ascii;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.IoFailures;
import dev.eman.core.train.CheckpointFacts;
import dev.eman.datasets.Datasets;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Options as text, by name, as in a configuration file or on a command line. Immutable. The
 * algorithm's own options are nested under {@value #SET}.
 */
public final class OptionTexts {
  /** The key of the algorithm's own options. */
  public static final String SET = "set";

  private static final OptionTexts EMPTY =
      new OptionTexts(ImmutableMap.of(), ImmutableMap.of(), Places.NONE);

  private final ImmutableMap<TrainingOption<?>, String> options;
  private final ImmutableMap<String, String> settings;

  private final Places places;

  private OptionTexts(
      Map<TrainingOption<?>, String> options, Map<String, String> settings, Places places) {
    this.options = ImmutableMap.copyOf(options);
    this.settings = ImmutableMap.copyOf(settings);
    this.places = places;
  }

  /** No options. */
  public static OptionTexts empty() {
    return EMPTY;
  }

  /** All options of a run. */
  public static OptionTexts of(TrainingOptions options) {
    return ofYaml(toYaml(options), "the options");
  }

  /**
   * Reads a configuration file. Paths in a run's configuration that are gone are looked for at the
   * same place relative to the file.
   *
   * @throws EmanException if it is missing
   * @throws UsageException if it is not YAML in UTF-8 or has an unknown key
   */
  public static OptionTexts read(Path file) {
    try {
      return ofYaml(Files.readString(file), file.toString()).locatedBy(file);
    } catch (NoSuchFileException e) {
      throw new EmanException("expected a configuration at " + file + ", found nothing", e);
    } catch (CharacterCodingException e) {
      throw new UsageException(file + ": " + IoFailures.reason(e), e);
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }

  /** The options of the run that wrote a checkpoint. */
  public static OptionTexts of(CheckpointFacts checkpoint) {
    return ofYaml(checkpoint.require("config"), "the checkpoint's configuration").asRecorded();
  }

  /**
   * The recorded options of a run, which has all that its version knew: what was there before an
   * option keeps the meaning that it had. Orientations were ignored.
   */
  public OptionTexts asRecorded() {
    return has(DataOptions.ORIENTATION) ? this : with(DataOptions.ORIENTATION, "ignore");
  }

  /**
   * The same to be compared with options of today: for data sets that are known by name today's
   * rule ignores orientations, too, so that a run of before is not one of other options.
   */
  public OptionTexts asComparable() {
    String dataset = text(DataOptions.DATASET).orElseGet(DataOptions.DATASET::defaultText);
    boolean ignored = Datasets.all().containsKey(dataset) && !has(DataOptions.UNLABELED_DATA);
    return ignored ? this : asRecorded();
  }

  /**
   * Parses a configuration.
   *
   * @param where its origin, for messages
   * @throws UsageException if it is not YAML or has an unknown key
   */
  public static OptionTexts ofYaml(String yaml, String where) {
    JsonNode tree = Yaml.tree(yaml, where);
    OptionTexts texts = EMPTY;
    if (tree.isMissingNode() || tree.isNull()) {
      return texts;
    }
    Checks.require(
        tree.isObject(),
        "%s: expected lines of the form 'name: value', found something else",
        where);
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      try {
        texts = texts.with(entry.getKey(), entry.getValue());
      } catch (UsageException e) {
        throw new UsageException(where + ": " + e.getMessage(), e);
      }
    }
    return texts;
  }

  private OptionTexts with(String name, JsonNode value) {
    if (name.equals(Places.KEY)) { // Wherever it stands, it is of the options beside it.
      return new OptionTexts(options, settings, places.and(Places.parse(value)));
    }
    if (!name.equals(SET)) {
      // Checks the name even if there is no value.
      TrainingOption<?> option = TrainingOptions.named(name);
      Checks.require(value.isValueNode(), "%s: expected one value", name);
      Checks.require(
          !has(option), "%s: expected once, found under a former name too", option.name());
      return value.isNull()
          ? this
          : new OptionTexts(put(options, option, value.asText()), settings, places);
    }
    if (value.isNull()) {
      return this;
    }
    Checks.require(value.isObject(), "set: expected options of the algorithm nested under it");
    OptionTexts texts = this;
    for (Map.Entry<String, JsonNode> option : value.properties()) {
      Checks.require(
          option.getValue().isValueNode() && !option.getValue().isNull(),
          "set: %s: expected one value",
          option.getKey());
      texts = texts.withSetting(option.getKey(), option.getValue().asText());
    }
    return texts;
  }

  /**
   * Adds an option; it overrides an earlier one.
   *
   * @param name of the option, or {@value #SET}, whose value is then {@code KEY=VALUE}
   * @throws UsageException for an unknown name, with the nearest known one
   */
  public OptionTexts with(String name, String value) {
    if (!name.equals(SET)) {
      return with(TrainingOptions.named(name), value);
    }
    List<String> parts = Splitter.on('=').limit(2).splitToList(value);
    Checks.require(parts.size() == 2, "set: expected KEY=VALUE, got %s", value);
    return withSetting(parts.get(0), parts.get(1));
  }

  /**
   * Options as words, each once; {@value #SET} once for each option of the algorithm.
   *
   * @param pairs {@code KEY=VALUE}
   * @param where the option that they were given by, for messages
   * @throws UsageException for another word, an unknown key, or one that is there twice
   */
  public static OptionTexts ofPairs(List<String> pairs, String where) {
    OptionTexts texts = EMPTY;
    for (String pair : pairs) {
      List<String> parts = Splitter.on('=').limit(2).splitToList(pair);
      Checks.require(parts.size() == 2, "%s: expected KEY=VALUE, got %s", where, pair);
      String key = parts.get(0);
      String setting = Splitter.on('=').splitToList(parts.get(1)).get(0);
      Checks.require(
          key.equals(SET)
              ? texts.setting(setting).isEmpty()
              : !texts.has(TrainingOptions.named(key)),
          "%s: expected %s once, got it twice",
          where,
          key.equals(SET) ? SET + "=" + setting : key);
      texts = texts.with(key, parts.get(1));
    }
    return texts;
  }

  /** Adds an option; it overrides an earlier one. */
  public OptionTexts with(TrainingOption<?> option, String value) {
    return and(new OptionTexts(ImmutableMap.of(option, value), ImmutableMap.of(), Places.NONE));
  }

  private static <K> Map<K, String> put(Map<K, String> map, K key, String value) {
    Map<K, String> all = new LinkedHashMap<>(map);
    all.put(key, value);
    return all;
  }

  /** Adds an option of the algorithm; it overrides an earlier one. */
  public OptionTexts withSetting(String key, String value) {
    return new OptionTexts(options, put(settings, key, value), places);
  }

  /** Adds all of the others, which override these. */
  public OptionTexts and(OptionTexts later) {
    Map<TrainingOption<?>, String> all = new LinkedHashMap<>(options);
    all.putAll(later.options);
    Map<String, String> set = new LinkedHashMap<>(settings);
    set.putAll(later.settings);
    return new OptionTexts(all, set, places.without(later.options.keySet()).and(later.places));
  }

  /** Only the named ones of these options, without the algorithm's own. */
  public OptionTexts only(Collection<? extends TrainingOption<?>> kept) {
    Map<TrainingOption<?>, String> some = new LinkedHashMap<>(options);
    some.keySet().retainAll(kept);
    return new OptionTexts(
        some, ImmutableMap.of(), places.without(Sets.difference(options.keySet(), some.keySet())));
  }

  /**
   * With paths that are gone replaced by those at the same place relative to a run's folder, where
   * there is something.
   *
   * @param file in the run's folder
   */
  public OptionTexts locatedBy(Path file) {
    Path run = file.toAbsolutePath().getParent();
    if (run == null) {
      return this;
    }
    Map<TrainingOption<?>, String> found = new LinkedHashMap<>(options);
    Places now = places.locate(found, run);
    return new OptionTexts(found, settings, now);
  }

  /**
   * Checks that paths of {@link #locatedBy} were found.
   *
   * @param needed options whose paths are needed
   * @throws EmanException if one was not; names the places and the option to give
   */
  public void checkFound(Collection<? extends TrainingOption<?>> needed) {
    for (TrainingOption<?> option : needed) {
      String looked = places.missing().get(option);
      if (looked != null) {
        throw new EmanException(
            String.format(
                Locale.ROOT,
                "--%s: expected the run's own at %s, found nothing; give its present place by --%s",
                option,
                looked,
                option));
      }
    }
  }

  /** Without a path that was not found, as if it had not been given. */
  public OptionTexts withoutMissing(TrainingOption<?> option) {
    return places.missing().containsKey(option) ? without(ImmutableList.of(option)) : this;
  }

  /** These options without the named ones. */
  public OptionTexts without(Collection<? extends TrainingOption<?>> left) {
    Map<TrainingOption<?>, String> others = new LinkedHashMap<>(options);
    others.keySet().removeAll(left);
    return new OptionTexts(others, settings, places.without(left));
  }

  /**
   * The same with paths made absolute, for programs with another working folder.
   *
   * @throws UsageException for a path that is none
   */
  public OptionTexts withAbsolutePaths() {
    Map<TrainingOption<?>, String> absolute = new LinkedHashMap<>();
    options.forEach((option, text) -> absolute.put(option, option.withAbsolutePaths(text)));
    return new OptionTexts(absolute, settings, places);
  }

  /** Whether there are no options. */
  public boolean isEmpty() {
    return options.isEmpty() && settings.isEmpty();
  }

  /** Whether there are options of the algorithm. */
  public boolean hasSettings() {
    return !settings.isEmpty();
  }

  /** The names of the options of the algorithm that are set. */
  ImmutableSet<String> settingNames() {
    return settings.keySet();
  }

  /** The text of an option of the algorithm. */
  public Optional<String> setting(String key) {
    return Optional.ofNullable(settings.get(key));
  }

  /** The text of an option. */
  public Optional<String> text(TrainingOption<?> option) {
    return Optional.ofNullable(options.get(option));
  }

  /** Whether an option is set. */
  public boolean has(TrainingOption<?> option) {
    return options.containsKey(option);
  }

  /**
   * Resolves a run's options: these take precedence over the algorithm's recipe, and the recipe
   * over the defaults.
   *
   * @throws UsageException for a value of another type or out of range, an unknown algorithm, or
   *     options that do not fit together
   */
  public TrainingOptions resolve() {
    String algorithm =
        options.getOrDefault(TrainingOptions.ALGORITHM, TrainingOptions.ALGORITHM.defaultText());
    TrainingOptionsBuilder builder = TrainingOptions.builder(algorithm);
    options.forEach(
        (option, text) -> {
          if (option != TrainingOptions.ALGORITHM) {
            builder.parse(option, text);
          }
        });
    settings.forEach(builder::algorithmOption);
    return builder.build();
  }

  /**
   * Resolves a run's options; see {@link #resolve()}.
   *
   * @param where origin of these texts, for messages
   */
  public TrainingOptions resolve(String where) {
    try {
      return resolve();
    } catch (UsageException e) {
      throw new UsageException(where + ": " + e.getMessage(), e);
    }
  }

  /** These options alone, as {@link #ofYaml} reads them; where paths lie is left out. */
  public String yaml() {
    ObjectNode tree = Yaml.MAPPER.createObjectNode();
    options.forEach((option, text) -> tree.put(option.name(), text));
    if (!settings.isEmpty()) {
      ObjectNode inner = tree.putObject(SET);
      settings.forEach(inner::put);
    }
    try {
      return Yaml.MAPPER.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A configuration with every option's value, to compare with others. */
  public String resolved() {
    return toYaml(resolve());
  }

  /** All of a run's options, as written to a configuration file. */
  public static String toYaml(TrainingOptions options) {
    return toYaml(options, ImmutableMap.of());
  }

  /** The same with where paths lie relative to the run's folder, for {@link #locatedBy}. */
  public static String toYaml(TrainingOptions options, Path run) {
    return toYaml(options, Places.relative(options, run));
  }

  private static String toYaml(TrainingOptions options, Map<TrainingOption<?>, String> relative) {
    ObjectNode tree = Yaml.MAPPER.createObjectNode();
    for (TrainingOption<?> option : TrainingOptions.all()) {
      option.textIn(options).ifPresent(text -> tree.put(option.name(), text));
    }
    ObjectNode inner = Yaml.MAPPER.createObjectNode();
    options.algorithmOptions().asMap().forEach((key, value) -> inner.put(key, text(value)));
    if (!inner.isEmpty()) {
      tree.set(SET, inner);
    }
    if (!relative.isEmpty()) {
      ObjectNode paths = tree.putObject(Places.KEY);
      relative.forEach((option, path) -> paths.put(option.name(), path));
    }
    try {
      return Yaml.MAPPER.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(Object value) {
    return value instanceof Enum<?> constant
        ? Ascii.toLowerCase(constant.name()).replace('_', '-')
        : value.toString();
  }
}
