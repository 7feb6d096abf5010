package dev.eman.train.options;

import com.google.common.base.Joiner;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.AlgorithmProvider.View;
import java.util.Arrays;
import java.util.List;

/** Which options of views, batches and evaluation an algorithm has a use for. */
final class UsedByAlgorithm {
  private UsedByAlgorithm() {}

  /**
   * Checks the options that somebody gives for a new run.
   *
   * @param given what was given, without configuration files and a command's own defaults
   * @throws dev.eman.core.UsageException if the algorithm has no use for one
   */
  static void check(OptionTexts given, AlgorithmProvider algorithm) {
    for (View view : View.values()) {
      Checks.require(
          !given.has(option(view)) || takes(algorithm, view),
          "--%s: expected an algorithm with %s, found %s, which has %s",
          option(view).name(),
          words(view),
          algorithm.name(),
          views(algorithm));
    }
    Checks.require(
        !given.has(BatchOptions.MU) || !algorithm.views().isEmpty(),
        "--mu: expected an algorithm that learns from images without labels, found %s, which"
            + " learns from --batch labelled ones alone",
        algorithm.name());
    for (TrainingOption<?> option : List.of(EvaluationOptions.KNN, EvaluationOptions.KNN_BANK)) {
      Checks.require(
          !given.has(option) || !algorithm.classifies(),
          "--%s: expected an algorithm that learns features, which neighbours evaluate, found %s,"
              + " which trains a classifier; eman knn RUN searches neighbours by its features",
          option.name(),
          algorithm.name());
    }
  }

  /** Labelled images are shown in weak views, too. */
  private static boolean takes(AlgorithmProvider algorithm, View view) {
    return algorithm.views().contains(view) || (view == View.WEAK && algorithm.usesLabels());
  }

  private static String views(AlgorithmProvider algorithm) {
    List<String> options =
        Arrays.stream(View.values())
            .filter(view -> takes(algorithm, view))
            .map(view -> "--" + option(view).name())
            .toList();
    return options.size() == 1
        ? options.get(0) + " alone"
        : options.isEmpty() ? "none" : Joiner.on(" and ").join(options);
  }

  private static String words(View view) {
    return switch (view) {
      case WEAK -> "labelled images or weak views";
      case STRONG -> "strong views";
      case FIRST -> "a first view";
      case SECOND -> "a second view";
    };
  }

  private static TrainingOption<?> option(View view) {
    return TrainingOptionsBuilder.option(view);
  }
}
