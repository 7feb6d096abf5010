package dev.eman.datasets.pipeline;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * One worker's part of every batch: an equal run of its rows, those of lower ranks before it.
 *
 * @param rank of the worker, from 0
 * @param of how many workers there are
 */
record Shard(int rank, int of) {
  static final Shard WHOLE = new Shard(0, 1);

  Shard {
    checkArgument(of > 0, "shard: expected at least 1 worker, got %s", of);
    checkArgument(
        rank >= 0 && rank < of, "shard: expected a rank from 0 to %s, got %s", of - 1, rank);
  }

  /** Refuses a stream whose batches do not divide. */
  void check(ImageStream stream) {
    int last =
        stream.epochEnd() == EpochEnd.STOP ? stream.indices().length() % stream.batchSize() : 0;
    for (int batch : new int[] {stream.batchSize(), last}) {
      checkArgument(
          batch % of == 0,
          "%s: expected batches that divide among %s workers, got one of %s images",
          stream.data().name(),
          of,
          batch);
    }
  }

  /** How many rows this worker has of a batch that divides. */
  int rows(int batch) {
    return batch / of;
  }

  /** The first of them. */
  int firstRow(int batch) {
    return rank * rows(batch);
  }
}
