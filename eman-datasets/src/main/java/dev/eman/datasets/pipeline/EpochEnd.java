package dev.eman.datasets.pipeline;

/** What a stream does when fewer images than a batch are left of an epoch. */
public enum EpochEnd {
  /** Leaves them out, others in each epoch; no image comes twice in an epoch. */
  DROP_LAST,
  /** Fills the batch with the next epoch's first ones; also for fewer images than a batch holds. */
  CONTINUE,
  /** One epoch in the given order, whose last batch is shorter; to measure on a test set. */
  STOP
}
