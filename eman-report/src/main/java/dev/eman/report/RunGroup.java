package dev.eman.report;

import com.google.common.base.CharMatcher;
import com.google.common.base.Strings;
import dev.eman.core.EmanException;
import dev.eman.report.LineChart.Point;
import dev.eman.train.RunRecord;
import dev.eman.train.metrics.MeanStd;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Runs that differ in their seed alone.
 *
 * @param name of them all
 * @param runs at least one
 * @param note what tells them from runs of the same options on other data, a sentence; empty if
 *     there are none
 */
record RunGroup(String name, List<RunData> runs, String note) {
  private static final Pattern SEED = Pattern.compile("(?m)^seed: *(\\S+)");
  private static final CharMatcher JOINTS = CharMatcher.anyOf("-_/ ");

  /**
   * Groups runs, in their order.
   *
   * @param names a different one for each run
   */
  static List<RunGroup> of(Map<String, RunData> names) {
    Map<String, Map<String, RunData>> groups = new LinkedHashMap<>();
    names.forEach(
        (name, run) ->
            groups.computeIfAbsent(withoutSeed(run), key -> new LinkedHashMap<>()).put(name, run));
    List<RunGroup> all = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (Map<String, RunData> group : groups.values()) {
      String first = "";
      for (Map<String, RunData> alike : byData(group)) {
        List<RunData> runs = List.copyOf(alike.values());
        String name = unused(name(alike), taken);
        all.add(new RunGroup(name, runs, first.isEmpty() ? "" : note(first, name, group, runs)));
        first = first.isEmpty() ? name : first;
      }
    }
    return all;
  }

  /** Apart where runs are known to be on other data. */
  private static List<Map<String, RunData>> byData(Map<String, RunData> group) {
    List<Map<String, RunData>> all = new ArrayList<>();
    group.forEach(
        (name, run) -> {
          for (Map<String, RunData> alike : all) {
            if (DataDifference.of(run, List.copyOf(alike.values())).isEmpty()) {
              alike.put(name, run);
              return;
            }
          }
          all.add(new LinkedHashMap<>(Map.of(name, run)));
        });
    return all;
  }

  private static String note(
      String first, String name, Map<String, RunData> group, List<RunData> runs) {
    String difference =
        runs.stream()
            .flatMap(run -> DataDifference.of(run, List.copyOf(group.values())).stream())
            .findFirst()
            .orElseThrow();
    return String.format(
        Locale.ROOT,
        "%s and %s have the same options but for the seed, and are of %s: no mean is taken over"
            + " them.",
        first,
        name,
        difference);
  }

  /** A name that is not taken yet, and is from now on. */
  static String unused(String wanted, Set<String> taken) {
    String name = wanted;
    for (int i = 2; !taken.add(name); i++) {
      name = wanted + " (" + i + ")";
    }
    return name;
  }

  /** All options but the seed. */
  private static String withoutSeed(RunData run) {
    try {
      return OptionTexts.ofYaml(run.config(), "config")
          .asComparable()
          .with(TrainingOptions.SEED, "0")
          .resolved();
    } catch (EmanException e) { // An algorithm that is not on the class path.
      return run.config().replaceFirst("(?m)^seed:.*$", "");
    }
  }

  private static String name(Map<String, RunData> group) {
    List<String> names = new ArrayList<>();
    group.forEach((name, run) -> names.add(group.size() == 1 ? name : withoutSeed(name, run)));
    String common = names.stream().reduce(Strings::commonPrefix).orElseThrow();
    String trimmed = JOINTS.trimTrailingFrom(common);
    return trimmed.isEmpty() ? names.get(0) : trimmed;
  }

  /** {@code fixmatch} of {@code fixmatch-s3}. */
  private static String withoutSeed(String name, RunData run) {
    RunRecord record = run.record();
    return record == null
        ? name
        : name.replaceFirst("(?i)[-_ ]?s?(eed)?[-_ ]?" + record.training().seed() + "$", "");
  }

  /** Its name, with what its means are of if there are several runs. */
  String label() {
    return runs.size() == 1 ? name : name + " (" + words(counted()) + ")";
  }

  /** Of how many seeds its final scores are, or in words, where a seed has several runs. */
  String seeds() {
    List<RunData> finished = finished();
    return seeds(finished).size() == finished.size() ? "" + finished.size() : words(finished);
  }

  private List<RunData> finished() {
    return runs.stream().filter(run -> run.record() != null).toList();
  }

  /** The first finished run, which says what the group's scores are of; else the first. */
  RunData first() {
    return counted().get(0);
  }

  /** The finished runs, or all where none is. */
  private List<RunData> counted() {
    List<RunData> finished = finished();
    return finished.isEmpty() ? runs : finished;
  }

  private static Set<String> seeds(List<RunData> some) {
    return some.stream().map(RunGroup::seed).collect(Collectors.toSet());
  }

  private static String seed(RunData run) {
    RunRecord record = run.record();
    if (record != null) {
      return Long.toString(record.training().seed());
    }
    Matcher seed = SEED.matcher(run.config());
    return seed.find() ? seed.group(1) : TrainingOptions.SEED.defaultText();
  }

  /** Repetitions with one seed are not draws of their own. */
  private static String words(List<RunData> some) {
    Set<String> seeds = seeds(some);
    String count = seeds.size() + (seeds.size() == 1 ? " seed" : " seeds");
    if (seeds.size() == some.size()) {
      return count;
    }
    return some.size() + " runs of " + (seeds.size() == 1 ? "seed " + seed(some.get(0)) : count);
  }

  /** The final top-1 of the deployed networks on the test set, in percent. */
  MeanStd testTop1() {
    return MeanStd.of(
        runs.stream()
            .flatMapToDouble(r -> r.testTop1().stream())
            .map(v -> 100 * v)
            .boxed()
            .toList());
  }

  /** A score of the deployed networks on the test set, in percent. */
  MeanStd score(ToDoubleFunction<RunRecord.Scores> score) {
    List<Double> found = new ArrayList<>();
    for (RunData run : runs) {
      RunRecord.Scores scores = run.scores();
      if (scores != null) {
        found.add(100 * score.applyAsDouble(scores));
      }
    }
    return MeanStd.of(found);
  }

  /**
   * The mean of a column at the steps that all of the runs have, and its deviation. Where some runs
   * have finished, the others are left out.
   *
   * @param column of each run
   */
  List<Point> series(Function<RunData, String> column) {
    return means(counted().stream().map(run -> run.series(column.apply(run))).toList());
  }

  /** The mean of several runs' values at the steps that most of them have, and its deviation. */
  static List<Point> means(List<List<Point>> runs) {
    TreeMap<Double, List<Double>> steps = new TreeMap<>();
    int most = 0;
    for (List<Point> run : runs) {
      for (Point point : run) {
        List<Double> values = steps.computeIfAbsent(point.step(), s -> new ArrayList<>());
        values.add(point.value());
        most = Math.max(most, values.size());
      }
    }
    List<Point> points = new ArrayList<>();
    for (Map.Entry<Double, List<Double>> step : steps.entrySet()) {
      if (step.getValue().size() == most) {
        MeanStd mean = MeanStd.of(step.getValue());
        points.add(new Point(step.getKey(), mean.mean(), mean.std()));
      }
    }
    return points;
  }
}
