package dev.eman.benchmarks.published;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The methods of FixMatch's family as settings: data, network and schedule of a FixMatch setting,
 * with another algorithm and its options.
 *
 * @param rules by {@code METHOD} or, where a data set has options of its own, {@code
 *     METHOD-DATASET}: a comment with the sources, {@code algorithm} and {@code set}, and before
 *     {@code set} what else differs from FixMatch's setting, such as {@code strong}
 */
record Family(Map<String, String> rules) {
  private static final String RULE = "\nalgorithm:";

  /** The methods' names, in order. */
  ImmutableList<String> methods() {
    return rules.keySet().stream()
        .filter(name -> !name.contains("-"))
        .sorted()
        .collect(ImmutableList.toImmutableList());
  }

  /** For every method and every FixMatch setting one. */
  Map<String, String> settings(Map<String, String> published) {
    Map<String, String> settings = new TreeMap<>();
    published.forEach(
        (name, base) -> {
          if (name.startsWith(PublishedSettings.BASE)) {
            String data = name.substring(PublishedSettings.BASE.length());
            for (String method : methods()) {
              settings.put(method + "-" + data, setting(rule(method, data), base));
            }
          }
        });
    return settings;
  }

  /** The method's rule for this data, for this data set, or for any. */
  private String rule(String method, String data) {
    String name = method + "-" + data;
    while (!rules.containsKey(name) && !name.equals(method)) {
      name = name.substring(0, name.lastIndexOf('-'));
    }
    return rules.getOrDefault(name, "");
  }

  /** The base with another rule; its first comments say what is whose. */
  private static String setting(String rule, String base) {
    String method = PublishedSettings.title(rule);
    String title = PublishedSettings.title(base).replaceFirst("^FixMatch(?: with EMAN)?", method);
    String own = rule.substring(rule.indexOf(RULE));
    String data =
        base.substring(0, base.indexOf(RULE) + 1)
            .lines()
            .filter(line -> !line.startsWith("#"))
            .filter(line -> !own.contains("\n" + line.substring(0, line.indexOf(':') + 1)))
            .collect(Collectors.joining("\n"));
    return "# "
        + title
        + ": the algorithm's options are\n"
        + comments(rule)
        + "# Data, network and schedule are those of the setting for FixMatch:\n"
        + comments(base)
        + data
        + own;
  }

  private static String comments(String yaml) {
    return yaml.lines()
        .takeWhile(line -> line.startsWith("#"))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }
}
