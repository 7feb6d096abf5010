package dev.eman.spark;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.common.util.concurrent.Uninterruptibles;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.IoFailures;
import dev.eman.train.IncompleteRunException;
import dev.eman.train.RunFiles;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run's folder as a worker has it: itself where it can be reached by a path, else a copy. */
final class WorkingFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkingFolder.class);

  /** For an evaluation. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final Duration PAUSE = Duration.ofMillis(500);

  /** As its user knows it. */
  private final String place;

  private final Path path;
  private final @Nullable RunStore store;
  private final @Nullable Path temporary;

  private WorkingFolder(
      String place, Path path, @Nullable RunStore store, @Nullable Path temporary) {
    this.place = place;
    this.path = path;
    this.store = store;
    this.temporary = temporary;
  }

  /**
   * Opens a folder, and fetches what is in it if it is elsewhere.
   *
   * @param folder an absolute path or a URI
   */
  static WorkingFolder open(String folder, Configuration configuration) {
    if (RunStore.isLocal(folder)) {
      return new WorkingFolder(folder, RunStore.localPath(folder), null, null);
    }
    RunStore store = new RunStore(folder, configuration);
    try {
      Path temporary = Files.createTempDirectory("eman-run");
      String name = new org.apache.hadoop.fs.Path(folder).getName();
      WorkingFolder opened =
          new WorkingFolder(
              folder, temporary.resolve(name.isEmpty() ? "run" : name), store, temporary);
      try {
        store.fetch(opened.path);
      } catch (RuntimeException e) {
        opened.close();
        throw e;
      }
      return opened;
    } catch (IOException e) {
      throw new EmanException(
          "cannot make a folder for the run's copy: " + IoFailures.reason(e), e);
    }
  }

  /** As {@link #open}, for the one that writes. */
  static WorkingFolder own(String folder, Configuration configuration) {
    WorkingFolder opened = open(folder, configuration);
    if (opened.store != null) {
      opened.store.deleteDrafts();
    }
    return opened;
  }

  /**
   * Waits for the worker that had the folder before. Spark may begin a task again before the one
   * that it takes for lost, or that must end because another worker was lost, hears of it; until
   * its next step, after an evaluation perhaps, that one has the folder and may save.
   *
   * @param folder an absolute path or a URI, where nobody can be seen
   * @param out gets a line if there is one
   */
  static void awaitFree(String folder, TaskContext task, PrintWriter out) {
    if (!RunStore.isLocal(folder)) {
      return;
    }
    Path path = RunStore.localPath(folder);
    long end = System.nanoTime() + PATIENCE.toNanos();
    boolean said = false;
    while (TrainingRun.isTaken(path) && System.nanoTime() < end && !task.isInterrupted()) {
      if (!said) {
        said = true;
        out.println(
            path
                + " is in use by another process, perhaps a worker that still evaluates; waiting up"
                + " to "
                + PATIENCE.toMinutes()
                + " minutes for it");
      }
      Uninterruptibles.sleepUninterruptibly(PAUSE);
    }
  }

  Path path() {
    return path;
  }

  boolean isBegun() {
    return new RunFiles(path).isBegun();
  }

  /** Whether the run in it was begun with these options. */
  boolean isOf(TrainingOptions options) {
    Path config = new RunFiles(path).config();
    try { // As it stands: paths that are gone are the resumed run's affair.
      OptionTexts own = OptionTexts.ofYaml(Files.readString(config), config.toString());
      return own.asRecorded().resolved().equals(OptionTexts.toYaml(options));
    } catch (IOException e) {
      throw new EmanException("cannot read " + config + ": " + IoFailures.reason(e), e);
    }
  }

  /** Brings what has changed to where the folder is. */
  void save() {
    if (store != null) {
      store.save(path);
    }
  }

  /** What is left to do for a run without all of its results, which is not at the copy. */
  EmanException incomplete(IncompleteRunException failure) {
    return isOfCopy(failure) ? new EmanException(named(failure), failure) : failure;
  }

  /** Opens the run in it. What is wrong with the run is said of the folder, not of its copy. */
  <T> T openRun(Supplier<T> run) {
    try {
      return run.get();
    } catch (UsageException e) {
      throw isOfCopy(e) ? new UsageException(named(e), e) : e;
    } catch (EmanException e) {
      throw isOfCopy(e) ? new EmanException(named(e), e) : e;
    }
  }

  private boolean isOfCopy(EmanException failure) {
    return temporary != null && String.valueOf(failure.getMessage()).contains(path.toString());
  }

  private String named(EmanException failure) {
    String here = CommandLines.eman("train", "--resume", path);
    String there = CommandLines.eman("train", "--spark", "MASTER", "--resume", place);
    return String.valueOf(failure.getMessage())
        .replace(here, there)
        .replace(path.toString(), place);
  }

  /** Deletes the copy. */
  @Override
  public void close() {
    if (temporary != null) {
      try {
        MoreFiles.deleteRecursively(temporary, RecursiveDeleteOption.ALLOW_INSECURE);
      } catch (IOException e) {
        LOG.warn("cannot delete {}: {}", temporary, IoFailures.reason(e));
      }
    }
  }
}
