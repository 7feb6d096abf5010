package dev.eman.spark;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterators;
import com.google.common.net.HostAndPort;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.StepExchange;
import dev.eman.core.train.TrainingListener;
import dev.eman.spark.internal.HadoopFiles;
import dev.eman.spark.internal.TaskThreads;
import dev.eman.spark.ring.Ring;
import dev.eman.spark.ring.RingException;
import dev.eman.spark.ring.RingExchange;
import dev.eman.spark.ring.RingOptions;
import dev.eman.spark.ring.RingServer;
import dev.eman.train.IncompleteRunException;
import dev.eman.train.TrainingRun;
import dev.eman.train.TrainingWorker;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.PrintWriter;
import java.io.Serializable;
import java.util.Arrays;
import java.util.function.Supplier;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;

/**
 * One worker of a training stage. The workers tell each other their addresses, form a ring, and
 * train; rank 0 leads. What goes wrong is a result, told to the driver by the worker where it
 * happened; a worker that is lost has none, and Spark begins the stage again.
 *
 * @param assignment of all workers
 * @param keys of the ring
 * @param configuration of Hadoop's file systems
 * @param shown lines for the driver
 * @param counters of what workers do, for Spark's page
 */
record WorkerTask(
    WorkerAssignment assignment,
    RingKeys keys,
    SerializableConfiguration configuration,
    CollectionAccumulator<String> shown,
    WorkerCounters counters)
    implements Serializable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerTask.class);

  /** In front of what a worker tells in place of its address. */
  private static final String FAILED = "!";

  /** The part of a partition's task. */
  Iterator<WorkerResult> run() {
    return CollectionConverters.asScala(
        Iterators.singletonIterator(TaskThreads.within(this::train)));
  }

  private WorkerResult train() {
    HadoopFiles.use(configuration.value());
    BarrierTaskContext task = BarrierTaskContext.get();
    int rank = task.partitionId();
    LineWriter lines = new LineWriter(shown::add);
    WorkerResult.Kind kind;
    String message = "";
    try {
      StepExchange exchange = new RingExchange(join(task, keys, () -> listen(task, lines)));
      kind = work(task, exchange, lines) ? WorkerResult.Kind.FINISHED : WorkerResult.Kind.STOPPED;
    } catch (RingException e) {
      kind = WorkerResult.Kind.FOLLOWED;
      message = place(rank) + e.getMessage();
    } catch (UsageException e) {
      kind = WorkerResult.Kind.MISTAKE;
      message = String.valueOf(e.getMessage());
    } catch (EmanException e) {
      kind = WorkerResult.Kind.FAILED;
      message = place(rank) + e.getMessage();
    } catch (RuntimeException e) { // A defect: it would fail again, and is no lost machine.
      if (task.isInterrupted()) {
        throw e;
      }
      LOG.error("worker {}", rank, e);
      kind = WorkerResult.Kind.FAILED;
      message = place(rank) + "unexpected " + e;
    }
    return new WorkerResult(
        rank, task.taskAttemptId(), kind, message, ImmutableList.copyOf(lines.lines()));
  }

  /**
   * Forms the ring of all workers.
   *
   * @param listening what this one does first
   */
  static Ring join(BarrierTaskContext task, RingKeys keys, Supplier<RingServer> listening) {
    try (RingServer server = tellingOthers(task, listening)) {
      String[] told = task.allGather(server.address().toString());
      for (int worker = 0; worker < told.length; worker++) {
        if (told[worker].startsWith(FAILED)) {
          throw new RingException(
              "worker " + worker + ": " + told[worker].substring(FAILED.length()));
        }
      }
      return server.join(
          Arrays.stream(told).map(HostAndPort::fromString).toList(),
          task.partitionId(),
          keys.secret(),
          keys.certificate(),
          RingOptions.DEFAULTS);
    }
  }

  /** A worker that cannot listen tells the others why: they would wait for it without end. */
  private static RingServer tellingOthers(BarrierTaskContext task, Supplier<RingServer> listening) {
    try {
      return listening.get();
    } catch (RuntimeException e) {
      task.allGather(FAILED + e.getMessage());
      throw new EmanException(String.valueOf(e.getMessage()), e);
    }
  }

  private RingServer listen(BarrierTaskContext task, LineWriter lines) {
    if (task.partitionId() == 0) {
      // Before it joins, so that the others read the checkpoint that was saved until then.
      WorkingFolder.awaitFree(assignment.folder(), task, new PrintWriter(lines, true));
    }
    return RingServer.bind(host());
  }

  /**
   * The run owns the exchange, but there may never be one: whatever fails before, the other workers
   * must hear of it, as they would wait for a worker that lives.
   */
  private boolean work(BarrierTaskContext task, StepExchange exchange, LineWriter lines) {
    try (exchange) {
      return task.partitionId() == 0 ? lead(task, exchange, lines) : follow(exchange);
    } catch (RuntimeException | Error e) {
      exchange.abort(String.valueOf(e.getMessage()));
      throw e;
    }
  }

  private static String host() {
    return SparkEnv.get().blockManager().blockManagerId().host();
  }

  private static String place(int rank) {
    return "worker " + rank + " on " + host() + ": ";
  }

  private boolean lead(BarrierTaskContext task, StepExchange exchange, LineWriter lines) {
    RunPlace place = new RunPlace(assignment.folder(), configuration.value());
    try (WorkingFolder folder = WorkingFolder.own(assignment.folder(), configuration.value());
        PrintWriter out = new PrintWriter(lines, true)) {
      StopWatcher stops = new StopWatcher(() -> task.isInterrupted() || place.isStopRequested());
      RunLeader.Opening opening =
          listeners ->
              folder.openRun(
                  () ->
                      open(
                          folder,
                          exchange,
                          ImmutableList.<TrainingListener>builder()
                              .add(listeners)
                              .add(stops, counters.listener(), new SavedListener(folder))
                              .build()));
      try {
        boolean ended = assignment.leader().lead(opening, stops::watch, out);
        folder.save();
        return ended;
      } catch (IncompleteRunException e) {
        folder.save();
        throw folder.incomplete(e);
      }
    }
  }

  private TrainingRun open(
      WorkingFolder folder, StepExchange exchange, ImmutableList<TrainingListener> all) {
    TrainingListener[] listeners = all.toArray(TrainingListener[]::new);
    return holdsRun(folder)
        ? TrainingRun.resume(
            folder.path(), assignment.rebuildMetrics(), changes(), exchange, listeners)
        : TrainingRun.start(options(), folder.path(), exchange, listeners);
  }

  private boolean follow(StepExchange exchange) {
    try (WorkingFolder folder = WorkingFolder.open(assignment.folder(), configuration.value());
        TrainingWorker worker = folder.openRun(() -> worker(folder, exchange))) {
      return worker.train();
    }
  }

  private TrainingWorker worker(WorkingFolder folder, StepExchange exchange) {
    return holdsRun(folder)
        ? TrainingWorker.resume(folder.path(), changes(), exchange, counters.listener())
        : TrainingWorker.start(options(), exchange, counters.listener());
  }

  /**
   * Whether there is a run to resume. A new run finds one of its own options, which an earlier
   * attempt of this stage has begun.
   *
   * @throws EmanException if another command has begun one there since the driver has looked
   */
  private boolean holdsRun(WorkingFolder folder) {
    boolean begun = folder.isBegun();
    if (begun && assignment.options() != null && !folder.isOf(options())) {
      throw new RunPlace(assignment.folder(), configuration.value()).taken();
    }
    return begun;
  }

  private TrainingOptions options() {
    String yaml = assignment.options();
    if (yaml == null) {
      throw new EmanException(
          "expected the folder of a run at " + assignment.folder() + ", found none");
    }
    return OptionTexts.ofYaml(yaml, "the options").resolve();
  }

  private OptionTexts changes() {
    return OptionTexts.ofYaml(assignment.changes(), "the changes");
  }
}
