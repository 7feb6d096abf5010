package dev.eman.core.nn;

/** Which statistics a teacher's normalisation uses in inference. */
public enum TeacherStatistics {
  /** The stored statistics, an exponential moving average of the student's: EMAN. */
  AVERAGED,
  /** The batch's own statistics: the paper's EMA baseline. Stored statistics do not change. */
  BATCH,
  /** The stored statistics, copied from the student at each update. */
  STUDENT
}
