package dev.eman.train;

import com.google.common.collect.Lists;
import com.google.common.collect.Ordering;
import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The names of the files in a run's folder, whether they exist or not. To write them, open the
 * folder as a {@link RunFolder}.
 *
 * @param root the folder
 */
public record RunFiles(Path root) {
  /**
   * Locked by the writing process. It stays when the run has ended; alone it does not make a run.
   */
  private static final String LOCK = "lock";

  private static final String CONFIG = "config.yaml";
  static final String LAST = "last.ckpt";
  static final String BEST = "best.ckpt";

  private static final Pattern AT_STEP = Pattern.compile("step-(\\d{1,18})\\.ckpt");

  /** Files that are saved through a draft, which a killed process may leave behind. */
  private static final Pattern SAVED =
      Pattern.compile(
          "config\\.yaml|(labels|holdout)\\.split|metrics\\.csv|(last|best|step-\\d+)\\.ckpt"
              + "|(run|progress|evaluation|pseudo_errors|map|fit)\\.json"
              + "|(report|errors)\\.html|errors\\.csv");

  /** A sweep's own file beside them, saved in the same way. */
  private static final String SWEEP_OPTIONS = "told.yaml";

  private static final String EVENTS = "events.out.tfevents.eman";

  /** Every option of the run with its value; the first file that a run writes. */
  public Path config() {
    return root.resolve(CONFIG);
  }

  /** Which images have labels. */
  public Path split() {
    return root.resolve("labels.split");
  }

  /** Which images are held out to measure on, of a data set without test images. */
  public Path holdOut() {
    return root.resolve("holdout.split");
  }

  /** Metrics, one row per step. */
  public Path metrics() {
    return root.resolve("metrics.csv");
  }

  /** The same metrics for TensorBoard. */
  public Path events() {
    return root.resolve(EVENTS);
  }

  /** The checkpoint to resume from. */
  public Path last() {
    return root.resolve(LAST);
  }

  /** The checkpoint of the highest top-1. */
  public Path best() {
    return root.resolve(BEST);
  }

  /** A checkpoint that later ones do not replace. */
  public Path atStep(long step) {
    return root.resolve("step-" + step + ".ckpt");
  }

  /**
   * The checkpoint to use where the wanted one is missing: the other of the last and the best, else
   * the one of the highest step, else the only file of its kind.
   *
   * @param wanted {@link #last} or {@link #best}
   * @throws EmanException if there is none, or there are several of other names
   */
  Path checkpointInstead(Path wanted) {
    return root.resolve(
        choose(
            root.toString(),
            Lists.transform(checkpoints(), file -> String.valueOf(file.getFileName())),
            String.valueOf(wanted.getFileName())));
  }

  /** The same of a folder by the names of its files; the last comes before the best. */
  static String choose(String folder, Collection<String> names, String wanted) {
    for (String usual : List.of(LAST, BEST)) {
      if (names.contains(usual)) {
        return usual;
      }
    }
    List<String> others = names.stream().filter(name -> name.endsWith(".ckpt")).sorted().toList();
    List<String> bySteps =
        others.stream()
            .filter(name -> step(name) >= 0)
            .sorted(Comparator.comparingLong(RunFiles::step).reversed())
            .toList();
    List<String> candidates = bySteps.isEmpty() ? others : bySteps.subList(0, 1);
    if (candidates.size() != 1) {
      throw new EmanException(
          "expected a checkpoint in "
              + folder
              + ", such as "
              + wanted
              + ", found "
              + (candidates.isEmpty()
                  ? "none; check the path"
                  : String.join(", ", candidates) + "; give the path of one of them"));
    }
    return candidates.get(0);
  }

  private List<Path> checkpoints() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(root, "*.ckpt")) {
      return Ordering.natural().sortedCopy(files);
    } catch (IOException e) {
      throw new EmanException("cannot read the folder " + root + ": " + IoFailures.reason(e), e);
    }
  }

  /** Whether anything is saved that a run could be resumed from, or be used. */
  public boolean hasCheckpoint() {
    return !checkpoints().isEmpty();
  }

  /** The step of a checkpoint made by {@link #atStep}; -1 for other files. */
  private static long step(String file) {
    Matcher name = AT_STEP.matcher(file);
    return name.matches() ? Long.parseLong(name.group(1)) : -1;
  }

  /** Description and results of the run, written at its end: {@link RunRecord}. */
  public Path record() {
    return root.resolve("run.json");
  }

  /** What an open run is doing: its process, its length, its latest confusion matrices. */
  public Path progress() {
    return root.resolve("progress.json");
  }

  /** Confusion matrices on the test set. */
  public Path evaluation() {
    return root.resolve("evaluation.json");
  }

  /** Confident errors on unlabelled images. */
  public Path pseudoErrors() {
    return root.resolve("pseudo_errors.json");
  }

  /** The map of test images by their features. */
  public Path map() {
    return root.resolve("map.json");
  }

  /** What {@code eman fit} chose, and the time that went into the run. */
  public Path fit() {
    return root.resolve("fit.json");
  }

  /** The report page. */
  public Path report() {
    return root.resolve("report.html");
  }

  /** What is probably wrong with the run's images, as a page. */
  public Path errorsPage() {
    return root.resolve("errors.html");
  }

  /** The same as a table. */
  public Path errorsTable() {
    return root.resolve("errors.csv");
  }

  /** The options with which a sweep starts the run. */
  public Path sweepOptions() {
    return root.resolve(SWEEP_OPTIONS);
  }

  /** The run's output in a sweep. */
  public Path sweepLog() {
    return root.resolve("log.txt");
  }

  Path lock() {
    return root.resolve(LOCK);
  }

  /** Whether a run has been started here that can be resumed. */
  public boolean isBegun() {
    return Files.exists(config());
  }

  /** Whether a run here has finished, with all of its results. */
  public boolean isFinished() {
    return RunRecord.isOfFinishedRun(this);
  }

  /** Whether only runs write a file of this name; false for the lock. */
  static boolean isOfRun(String name) {
    return SAVED.matcher(name).matches() || name.equals(EVENTS);
  }

  /** Whether only the lock's owner saves a file of this name, so that its drafts may be deleted. */
  public static boolean isSavedByOwner(String name) {
    return isOfRun(name) || name.equals(SWEEP_OPTIONS);
  }

  /** The run's existing files, except the lock. */
  Stream<Path> existing() throws IOException {
    Stream.Builder<Path> found = Stream.builder();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(root, file -> isOfRun(String.valueOf(file.getFileName())))) {
      files.forEach(found);
    }
    return found.build().sorted();
  }

  /** Whether the folder holds nothing except possibly the lock. */
  boolean isEmpty() throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      return files.allMatch(file -> file.endsWith(LOCK));
    }
  }
}
