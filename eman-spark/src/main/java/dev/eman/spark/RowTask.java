package dev.eman.spark;

import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import dev.eman.core.train.TrainingListener;
import dev.eman.spark.internal.HadoopFiles;
import dev.eman.spark.internal.TaskThreads;
import dev.eman.train.IncompleteRunException;
import dev.eman.train.RunFiles;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.OptionTexts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The task that trains one of several runs. */
final class RowTask {
  /** How it has ended, with what the driver needs to show it once. */
  record Result(int row, long task, SparkRuns.Ended ended, String line) implements Serializable {}

  private static final Logger LOG = LoggerFactory.getLogger(RowTask.class);

  private RowTask() {}

  static Result run(
      int number,
      SparkRuns.Row row,
      RunLeader leader,
      SerializableConfiguration configuration,
      Consumer<String> shown) {
    HadoopFiles.use(configuration.value());
    TaskContext task = TaskContext.get();
    SparkRuns.Ended ended;
    try {
      boolean finished = TaskThreads.within(() -> lead(row, leader, configuration, task));
      ended = new SparkRuns.Ended(row.name(), finished, finished ? "" : "stopped");
    } catch (EmanException e) {
      ended = new SparkRuns.Ended(row.name(), false, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) { // A defect, which would end the job, and so all other rows.
      if (task.isInterrupted()) {
        throw e;
      }
      LOG.error("{}", row.name(), e);
      ended = new SparkRuns.Ended(row.name(), false, "unexpected " + e);
    }
    String line = row.name() + ": " + (ended.finished() ? "finished" : ended.message());
    shown.accept(line);
    return new Result(number, task.taskAttemptId(), ended, line);
  }

  private static boolean lead(
      SparkRuns.Row row,
      RunLeader leader,
      SerializableConfiguration configuration,
      TaskContext task) {
    try (WorkingFolder folder = WorkingFolder.own(row.folder(), configuration.value());
        PrintWriter log = log(folder.path())) {
      WorkingFolder.awaitFree(row.folder(), task, log);
      StopWatcher stops = new StopWatcher(task::isInterrupted);
      try {
        return leader.lead(
            listeners -> folder.openRun(() -> open(row, folder, stops, listeners)),
            stops::watch,
            log);
      } catch (IncompleteRunException e) {
        throw folder.incomplete(e);
      } finally {
        folder.save(); // The log of one that fails, too.
      }
    }
  }

  private static TrainingRun open(
      SparkRuns.Row row, WorkingFolder folder, StopWatcher stops, TrainingListener... listeners) {
    TrainingListener[] all =
        Stream.concat(Arrays.stream(listeners), Stream.of(stops, new SavedListener(folder)))
            .toArray(TrainingListener[]::new);
    OptionTexts options = OptionTexts.ofYaml(row.options(), row.name());
    return folder.isBegun() // Its data may be elsewhere by now.
        ? TrainingRun.resume(folder.path(), false, options.only(List.of(DataOptions.DATA)), all)
        : TrainingRun.start(options.resolve(), folder.path(), all);
  }

  private static PrintWriter log(Path folder) {
    Path file = new RunFiles(folder).sweepLog();
    try {
      Files.createDirectories(folder);
      return new PrintWriter(
          Files.newBufferedWriter(
              file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
          true);
    } catch (IOException e) {
      throw new EmanException("cannot write " + file + ": " + IoFailures.reason(e), e);
    }
  }
}
