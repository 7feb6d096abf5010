package dev.eman.spark;

import com.google.common.collect.ImmutableList;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;

/**
 * How one worker's part of a run has ended. A failure that another attempt would only repeat is a
 * result as well; what may not repeat (a lost machine) is an exception, after which Spark tries
 * again.
 *
 * @param rank of the worker
 * @param task Spark's id of its task
 * @param kind how it ended
 * @param message of a failure; empty without
 * @param lines that it printed
 */
record WorkerResult(int rank, long task, Kind kind, String message, ImmutableList<String> lines)
    implements Serializable {
  /** In order of what a program should report. */
  enum Kind {
    /** The user's mistake. */
    MISTAKE,
    /** Something went wrong on this worker. */
    FAILED,
    /** Another worker has failed. */
    FOLLOWED,
    STOPPED,
    FINISHED
  }

  /** The one that says how the run has ended: the first cause, of the lowest rank. */
  static WorkerResult decisive(List<WorkerResult> results) {
    return results.stream()
        .min(Comparator.comparing(WorkerResult::kind).thenComparing(WorkerResult::rank))
        .orElseThrow();
  }
}
