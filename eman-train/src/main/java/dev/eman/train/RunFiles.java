package dev.eman.train;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The names of the files in a run's folder, whether they exist or not. To write them, open the
 * folder as a {@link RunFolder}.
 *
 * @param root the folder
 */
public record RunFiles(Path root) {
  /** Who is writing. It stays when the run has ended, and alone makes no run. */
  private static final String LOCK = "lock";

  private static final String CONFIG = "config.yaml";

  /** Written through a draft, which a killed process leaves behind. */
  private static final Pattern SAVED =
      Pattern.compile(
          "config\\.yaml|labels\\.split|metrics\\.csv|(last|best|step-\\d+)\\.ckpt"
              + "|(run|evaluation|pseudo_errors|map)\\.json|report\\.html");

  /** A sweep's own file beside them, which it saves in the same way. */
  private static final String SWEEP_OPTIONS = "told.yaml";

  private static final String EVENTS = "events.out.tfevents.eman";

  /** Every option of the run with its value; with this file a run begins. */
  public Path config() {
    return root.resolve(CONFIG);
  }

  /** Which images have labels. */
  public Path split() {
    return root.resolve("labels.split");
  }

  /** A row of figures for each step. */
  public Path metrics() {
    return root.resolve("metrics.csv");
  }

  /** The same for TensorBoard. */
  public Path events() {
    return root.resolve(EVENTS);
  }

  /** The checkpoint to resume from. */
  public Path last() {
    return root.resolve("last.ckpt");
  }

  /** The checkpoint of the highest top-1. */
  public Path best() {
    return root.resolve("best.ckpt");
  }

  /** A checkpoint that is kept whatever comes after it. */
  public Path atStep(long step) {
    return root.resolve("step-" + step + ".ckpt");
  }

  /** What the run was and reached, written at its end: {@link RunRecord}. */
  public Path record() {
    return root.resolve("run.json");
  }

  /** Confusion on the test set. */
  public Path evaluation() {
    return root.resolve("evaluation.json");
  }

  /** Confident errors on images without labels. */
  public Path pseudoErrors() {
    return root.resolve("pseudo_errors.json");
  }

  /** Test images by their features. */
  public Path map() {
    return root.resolve("map.json");
  }

  /** The page about the run. */
  public Path report() {
    return root.resolve("report.html");
  }

  /** The options that a sweep starts the run with. */
  public Path sweepOptions() {
    return root.resolve(SWEEP_OPTIONS);
  }

  /** What the run printed within a sweep. */
  public Path sweepLog() {
    return root.resolve("log.txt");
  }

  Path lock() {
    return root.resolve(LOCK);
  }

  /** Whether a run was begun here, which can be resumed. */
  public boolean isBegun() {
    return Files.exists(config());
  }

  /** Whether a run has reached its end here. */
  public boolean isFinished() {
    return Files.exists(record());
  }

  /** Whether only runs write a file of this name, the lock excepted. */
  static boolean isOfRun(String name) {
    return SAVED.matcher(name).matches() || name.equals(EVENTS);
  }

  /** Whether only the lock's owner saves a file of this name, so that its drafts may be deleted. */
  static boolean isSavedByOwner(String name) {
    return SAVED.matcher(name).matches() || name.equals(SWEEP_OPTIONS);
  }

  /** The run's files that exist, the lock excepted. */
  Stream<Path> existing() throws IOException {
    Stream.Builder<Path> found = Stream.builder();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(root, file -> isOfRun(String.valueOf(file.getFileName())))) {
      files.forEach(found);
    }
    return found.build().sorted();
  }

  /** Whether there is nothing but, perhaps, the lock. */
  boolean isEmpty() throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      return files.allMatch(file -> file.endsWith(LOCK));
    }
  }
}
