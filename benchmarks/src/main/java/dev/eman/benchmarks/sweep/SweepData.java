package dev.eman.benchmarks.sweep;

import dev.eman.core.EmanException;
import dev.eman.datasets.Part;
import dev.eman.train.DataParts;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.InitialOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The training images of a sweep's runs, by their fingerprints: runs of one data set must have been
 * trained on the same ones, though their options do not say where these were.
 */
final class SweepData {
  private static final List<TrainingOption<?>> OF_ALL =
      List.of(
          DataOptions.DATASET,
          DataOptions.DATA, // Of this sweep's cells: they may be of different folders on purpose.
          DataOptions.IMAGES,
          DataOptions.LABELS_FILE,
          DataOptions.CLASSES,
          DataOptions.ORIENTATION);

  /** What decides which images are held out of a data set without test images. */
  private static final List<TrainingOption<?>> OF_HELD_OUT =
      List.of(
          DataOptions.HOLDOUT, DataOptions.VALIDATION, InitialOptions.INIT, TrainingOptions.SEED);

  /** A run and the fingerprint of what it was trained on. */
  private record Known(String run, String fingerprint) {}

  private final Map<String, Known> known = new HashMap<>();
  private final Set<String> opened = new HashSet<>();

  /**
   * Notes what a finished run was trained on.
   *
   * @param where its folder, or a table and its name
   * @throws EmanException if another run of the same data set was trained on other images
   */
  void add(SweepRun run, String where, String fingerprint) {
    Known first = known.putIfAbsent(key(run), new Known(where, fingerprint));
    if (first != null && !first.fingerprint().equals(fingerprint)) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s was trained on other images than %s (fingerprint %s, not %s); leave one of them"
                  + " out, or train it again on the images of the other (--data)",
              where,
              first.run(),
              fingerprint,
              first.fingerprint()));
    }
  }

  /**
   * Opens what a run would be trained on, if that is known of another one and was not opened yet.
   *
   * @throws EmanException if these are other images
   */
  void checkBefore(SweepRun run) {
    String key = key(run);
    Known first = known.get(key);
    if (first == null || !opened.add(key)) {
      return;
    }
    String now = fingerprint(run);
    if (!now.isEmpty() && !now.equals(first.fingerprint())) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s would be trained on other images than %s was (fingerprint %s, not %s); give the"
                  + " folder of the same images (--data), or leave that one out",
              run.name(),
              first.run(),
              now,
              first.fingerprint()));
    }
  }

  /** Empty for data that are not here: the run says what is missing. */
  private static String fingerprint(SweepRun run) {
    try (DataParts data = DataParts.open(texts(run).resolve())) {
      return data.train().fingerprint();
    } catch (EmanException e) {
      return "";
    }
  }

  private static OptionTexts texts(SweepRun run) {
    return OptionTexts.ofYaml(run.cell().yaml(run.seed()), run.name());
  }

  /** Equal for runs that should have been trained on the same images. */
  private static String key(SweepRun run) {
    OptionTexts texts = texts(run);
    List<TrainingOption<?>> options = new ArrayList<>(OF_ALL);
    if (mayHoldOut(texts)) {
      options.addAll(OF_HELD_OUT);
    }
    return options.stream()
        .map(option -> option.name() + "=" + texts.text(option).orElse(""))
        .collect(Collectors.joining("\n"));
  }

  /** Also of data that are not here, of which nothing is known. */
  private static boolean mayHoldOut(OptionTexts texts) {
    try {
      DataOptions data = texts.resolve().data();
      return data.holdoutPart() > 0
          && !DataParts.provider(data, data.directories()).parts().contains(Part.TEST);
    } catch (EmanException e) {
      return true;
    }
  }
}
