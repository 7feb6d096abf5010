package dev.eman.benchmarks.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.EmanException;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.IoFailures;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.Yaml;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A grid of trainings: every combination of the axes' values, over several seeds.
 *
 * @param title title of the tables
 * @param axes names of what is varied; the last one varies within a group of the chart
 * @param cells in order; the first axis varies slowest
 * @param seeds of each cell
 * @param compare what is compared seed by seed; null for nothing
 */
record SweepFile(
    String title,
    ImmutableList<String> axes,
    ImmutableList<Cell> cells,
    ImmutableList<Long> seeds,
    @Nullable Compare compare) {
  private static final YAMLMapper MAPPER = new YAMLMapper();
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\w*}");
  private static final List<String> KEYS = List.of("title", "seeds", "base", "grid", "compare");

  /**
   * A comparison of one value of an axis with others.
   *
   * @param axis its name
   * @param value that is compared
   * @param with other values of the axis, at least one
   */
  record Compare(String axis, String value, ImmutableList<String> with) {}

  private static final List<String> COMPARE_KEYS = List.of("axis", "value", "with");

  /**
   * One combination.
   *
   * @param values value of each axis, by the axis's name
   * @param options options of a run, without the seed
   */
  record Cell(ImmutableMap<String, String> values, ObjectNode options) {
    /** The name used for folders and {@code --only}. */
    String name() {
      return fileName(values.values());
    }

    /** The name of its run with a seed. */
    String runName(long seed) {
      return name() + "-s" + seed;
    }

    /**
     * Its options as words, {@code name=value}, in the order of their names and quoted as a shell
     * needs it: what is trained, and so without the place of the data.
     */
    String words() {
      SortedMap<String, String> words = new TreeMap<>();
      for (Map.Entry<String, JsonNode> option : options.properties()) {
        if (option.getValue() instanceof ObjectNode inner) {
          inner
              .properties()
              .forEach(
                  of -> words.put(option.getKey() + "." + of.getKey(), of.getValue().asText()));
        } else {
          words.put(option.getKey(), option.getValue().asText());
        }
      }
      words.remove(DataOptions.DATA.name());
      return words.entrySet().stream()
          .map(option -> CommandLines.quote(option.getKey() + "=" + option.getValue()))
          .collect(Collectors.joining(" "));
    }

    private void checkOptions(Path file) {
      require(
          !options.has(TrainingOptions.SEED.name()),
          String.format(
              Locale.ROOT,
              "%s, %s: seed: expected none in base and grid, as each run of a cell has its own"
                  + " (seeds: N); remove it",
              file,
              name()));
      for (Map.Entry<String, JsonNode> option : options.properties()) {
        Matcher found = PLACEHOLDER.matcher(option.getValue().asText());
        while (found.find()) {
          require(
              found.group().equals("{seed}"),
              String.format(
                  "%s, %s: %s: expected {seed} or no such braces, found %s",
                  file, name(), option.getKey(), found.group()));
        }
      }
    }

    /** The options of its run with a seed, which replaces {@code {seed}} in option values. */
    String yaml(long seed) {
      ObjectNode all = options.deepCopy();
      for (Map.Entry<String, JsonNode> option : all.properties()) {
        if (option.getValue().isTextual()) {
          option.setValue(
              TextNode.valueOf(
                  option.getValue().textValue().replace("{seed}", Long.toString(seed))));
        }
      }
      all.put("seed", seed);
      try {
        return MAPPER.writeValueAsString(all);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Values of axes as a part of a file's name. */
  static String fileName(Collection<String> values) {
    return values.stream()
        .map(v -> v.toLowerCase(Locale.ROOT).replace("%", "pc"))
        .map(CharMatcher.inRange('a', 'z').or(CharMatcher.inRange('0', '9')).negate()::trimFrom)
        .map(v -> v.replaceAll("[^a-z0-9.]+", "-"))
        .collect(Collectors.joining("-"));
  }

  /**
   * Reads a file and checks the options of all its runs.
   *
   * @param seeds number of seeds, or 0 to use the file's
   * @throws UsageException if it is not such a file, has an option that a run does not know or the
   *     seed, or two cells whose runs would share a folder
   */
  static SweepFile read(Path file, Map<String, String> overrides, int seeds) {
    JsonNode tree;
    try {
      tree = Yaml.tree(Files.readString(file), file.toString());
    } catch (NoSuchFileException e) {
      throw new EmanException("expected a sweep at " + file + ", found nothing", e);
    } catch (CharacterCodingException e) {
      throw new UsageException(file + ": " + IoFailures.reason(e), e);
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
    require(tree.isObject(), file + ": expected the keys " + KEYS);
    tree.fieldNames()
        .forEachRemaining(
            key ->
                require(KEYS.contains(key), file + ": " + Suggestions.unknown("key", key, KEYS)));
    JsonNode grid = tree.path("grid");
    require(
        grid.isObject() && !grid.isEmpty(),
        file + ": grid: expected axes, each with named values that hold options");
    List<Cell> cells =
        cells(file, List.of(new Cell(ImmutableMap.of(), base(file, tree, overrides))), grid);
    SweepFile sweep =
        new SweepFile(
            tree.path("title").asText(String.valueOf(file.getFileName())),
            ImmutableList.copyOf(grid.fieldNames()),
            ImmutableList.copyOf(cells),
            seeds(file, tree, seeds),
            compare(file, tree, grid));
    checkNames(file, cells);
    for (Cell cell : cells) {
      cell.checkOptions(file);
      String where = file + ", " + cell.name();
      OptionTexts.ofYaml(cell.yaml(0), where).resolve(where);
    }
    return sweep;
  }

  private static void checkNames(Path file, List<Cell> cells) {
    Map<String, Cell> named = new HashMap<>();
    for (Cell cell : cells) {
      Cell other = named.put(cell.name(), cell);
      require(
          other == null,
          String.format(
              "%s: grid: expected values that differ in letters a-z, digits or dots, found %s and"
                  + " %s, whose runs would share the folders %s-s0 and so on; rename one",
              file, other == null ? "" : other.values(), cell.values(), cell.name()));
    }
  }

  /**
   * The cell of these values of all axes.
   *
   * @throws IllegalArgumentException if there is none
   */
  Cell cell(Map<String, String> values) {
    return cells.stream()
        .filter(cell -> cell.values().equals(values))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no cell " + values));
  }

  private static @Nullable Compare compare(Path file, JsonNode tree, JsonNode grid) {
    JsonNode given = tree.path("compare");
    if (given.isMissingNode()) {
      return null;
    }
    String where = file + ": compare: ";
    require(
        given.isObject() && given.path("with").isArray() && !given.path("with").isEmpty(),
        where + "expected axis, value, and with, a list of other values");
    given
        .fieldNames()
        .forEachRemaining(
            key ->
                require(
                    COMPARE_KEYS.contains(key),
                    where + Suggestions.unknown("key", key, COMPARE_KEYS)));
    String axis = given.path("axis").asText();
    require(
        grid.has(axis),
        where + Suggestions.unknown("axis", axis, ImmutableList.copyOf(grid.fieldNames())));
    List<String> values = ImmutableList.copyOf(grid.path(axis).fieldNames());
    String value = known(where, given.path("value").asText(), values);
    Set<String> with = new LinkedHashSet<>();
    for (JsonNode other : given.path("with")) {
      String name = known(where, other.asText(), values);
      require(
          !name.equals(value) && with.add(name),
          where + "with: expected other values than " + value + ", each once, got " + name);
    }
    return new Compare(axis, value, ImmutableList.copyOf(with));
  }

  private static String known(String where, String value, List<String> values) {
    require(values.contains(value), where + Suggestions.unknown("value", value, values));
    return value;
  }

  private static ObjectNode base(Path file, JsonNode tree, Map<String, String> overrides) {
    JsonNode given = tree.path("base");
    require(given.isMissingNode() || given.isObject(), file + ": base: expected options");
    ObjectNode base = given.isObject() ? given.deepCopy() : MAPPER.createObjectNode();
    overrides.forEach(base::put);
    return base;
  }

  private static List<Cell> cells(Path file, List<Cell> begun, JsonNode grid) {
    List<Cell> cells = begun;
    for (Map.Entry<String, JsonNode> axis : grid.properties()) {
      require(
          axis.getValue().isObject() && !axis.getValue().isEmpty(),
          file + ": " + axis.getKey() + ": expected named values that hold options");
      List<Cell> next = new ArrayList<>();
      for (Cell cell : cells) {
        for (Map.Entry<String, JsonNode> value : axis.getValue().properties()) {
          require(
              value.getValue().isObject(),
              file + ": " + axis.getKey() + ": " + value.getKey() + ": expected options");
          Map<String, String> values = new LinkedHashMap<>(cell.values());
          values.put(axis.getKey(), value.getKey());
          ObjectNode options = cell.options().deepCopy();
          merge(options, value.getValue());
          next.add(new Cell(ImmutableMap.copyOf(values), options));
        }
      }
      cells = next;
    }
    return cells;
  }

  private static ImmutableList<Long> seeds(Path file, JsonNode tree, int wanted) {
    JsonNode given = tree.path("seeds");
    require(
        given.isMissingNode() || (given.isInt() && given.intValue() > 0),
        file + ": seeds: expected a whole number of at least 1, got " + given);
    require(wanted >= 0, "--seeds: expected at least 1, or 0 for those of FILE, got " + wanted);
    int count = wanted > 0 ? wanted : given.asInt(1);
    ImmutableList.Builder<Long> seeds = ImmutableList.builder();
    for (long seed = 0; seed < count; seed++) {
      seeds.add(seed);
    }
    return seeds.build();
  }

  /** Later options override earlier ones; options of the algorithm are merged. */
  private static void merge(ObjectNode into, JsonNode from) {
    for (Map.Entry<String, JsonNode> entry : from.properties()) {
      if (into.path(entry.getKey()) instanceof ObjectNode inner && entry.getValue().isObject()) {
        merge(inner, entry.getValue());
      } else {
        into.set(entry.getKey(), entry.getValue().deepCopy());
      }
    }
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new UsageException(message);
    }
  }
}
