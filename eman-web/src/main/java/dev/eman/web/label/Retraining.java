package dev.eman.web.label;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableSet;
import dev.eman.core.EmanException;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.Printable;
import dev.eman.train.RunListener;
import dev.eman.train.RunResult;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trains networks on the labels so far, one run at a time, in a thread of its own. */
final class Retraining implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Retraining.class);
  private static final int PATIENCE_MS = 120_000;

  /**
   * How the last or the present run stands.
   *
   * @param running whether it trains
   * @param step that is done
   * @param total steps in all
   * @param run its folder; null before the first
   * @param result how accurate its network is, in words, and how many rows were left out because
   *     their image is gone; empty before the end, or if there is nothing to say
   * @param failure why it failed, or, if it does not run and has a result's folder, why its network
   *     cannot be used; empty if neither
   */
  record Progress(
      boolean running, long step, long total, @Nullable Path run, String result, String failure) {
    static final Progress NONE = new Progress(false, 0, 0, null, "", "");
  }

  private volatile Progress progress = Progress.NONE;
  private volatile @Nullable TrainingRun training;
  private volatile boolean closed;
  private @Nullable Thread thread;

  Progress progress() {
    return progress;
  }

  /**
   * Starts a run, unless one trains.
   *
   * @param table of the images, of which a copy is kept beside the run
   * @param options of the run
   * @param folder of the run, or the first free one of that name with a number
   * @param done called with the run's folder when it has ended well
   */
  synchronized void start(Path table, OptionTexts options, Path folder, Consumer<Path> done) {
    if (progress.running() || closed) {
      return;
    }
    progress = new Progress(true, 0, 0, null, "", "");
    thread = new Thread(() -> train(table, options, folder, done), "eman-label-training");
    thread.setDaemon(true);
    thread.start();
  }

  private void train(Path table, OptionTexts options, Path folder, Consumer<Path> done) {
    String failure = failure(() -> train(table, options, folder));
    Progress trained = progress;
    Path run = trained.run();
    if (!failure.isEmpty()) {
      progress = new Progress(false, 0, 0, null, "", failure);
    } else if (run != null) {
      String unused = failure(() -> done.accept(run));
      progress =
          new Progress(false, trained.step(), trained.total(), run, trained.result(), unused);
    }
  }

  /** Then the progress has the run and its result, or is none if the run was stopped. */
  private void train(Path table, OptionTexts options, Path folder) {
    LabelTable labels = LabelTable.open(table, List.of());
    Set<String> lost = ImmutableSet.copyOf(labels.lost());
    try (TrainingRun started = open(table, labels.text(lost, LabelTable.COMMA), options, folder)) {
      training = started;
      if (closed || !started.train()) {
        progress = Progress.NONE;
        return;
      }
      String result = result(started.finish(), started.deployed(), lost.size());
      long steps = progress.total();
      progress = new Progress(true, steps, steps, started.files().root(), result, "");
    } finally {
      training = null;
    }
  }

  /** Why something failed; empty if it did not. */
  private static String failure(Runnable work) {
    try {
      work.run();
      return "";
    } catch (EmanException e) {
      return String.valueOf(e.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.warn("a training, or the use of its network, failed", e);
      return e.toString();
    }
  }

  /** Starts a run on the table as it is now: with later labels it could not be resumed. */
  private TrainingRun open(Path table, String content, OptionTexts options, Path folder) {
    Path copy = copy(content, folder);
    try {
      OptionTexts data =
          OptionTexts.empty()
              .with(DataOptions.DATASET, copy.toAbsolutePath().toString())
              .with(DataOptions.IMAGES, folderOf(table).toString());
      return TrainingRun.startNumbered(data.and(options).resolve(), folder, watcher());
    } catch (RuntimeException | Error e) {
      delete(copy);
      throw e;
    }
  }

  /** Writes a table beside a run's folder, to the first name with a number that is free. */
  private static Path copy(String content, Path folder) {
    Path copy = folder.resolveSibling(folder.getFileName() + ".csv");
    try {
      Files.createDirectories(folderOf(copy));
      for (int number = 2; ; number++) {
        try {
          return Files.writeString(copy, content, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
          copy = folder.resolveSibling(folder.getFileName() + "-" + number + ".csv");
        }
      }
    } catch (IOException e) {
      throw new EmanException("cannot write " + copy + ": " + IoFailures.reason(e), e);
    }
  }

  private static Path folderOf(Path file) {
    return requireNonNull(file.toAbsolutePath().getParent());
  }

  private static void delete(Path copy) {
    try {
      Files.deleteIfExists(copy);
    } catch (IOException e) {
      LOG.warn("cannot delete {}: {}", Printable.escape(copy.toString()), IoFailures.reason(e));
    }
  }

  private static String result(RunResult result, Network network, int lost) {
    String without =
        lost == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "without %,d %s",
                lost,
                lost == 1 ? "row whose image is gone" : "rows whose images are gone");
    return Stream.of(accuracy(result, network), without)
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining(", "));
  }

  private static String accuracy(RunResult result, Network network) {
    EvaluationReport test = result.test();
    if (test == null) {
      return "";
    }
    Evaluation teacher = network == Network.TEACHER ? test.teacher() : null;
    Evaluation deployed = teacher == null ? test.student() : teacher;
    return String.format(
        Locale.ROOT,
        "%.0f of %,d %s right",
        deployed.top1() * deployed.count(),
        deployed.count(),
        result.record().measurement().testImages());
  }

  private RunListener watcher() {
    return new RunListener() {
      @Override
      public void onStart(RunStart start) {
        progress = new Progress(true, 0, start.total(), start.folder(), "", "");
      }

      @Override
      public void onStep(StepReport report) {
        Progress now = progress;
        progress = new Progress(true, report.step(), now.total(), now.run(), "", "");
      }
    };
  }

  /** Stops a run that trains; it saves and can be resumed. */
  @Override
  public void close() {
    closed = true;
    TrainingRun now = training;
    if (now != null) {
      now.stop();
    }
    Thread running;
    synchronized (this) {
      running = thread;
    }
    if (running != null) {
      try {
        running.join(PATIENCE_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
