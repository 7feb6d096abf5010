package dev.eman.train.protocol;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.BatchSource;

/** Opens labelled images of one data set as batches. */
@FunctionalInterface
public interface LabeledBatches {
  /**
   * Opens a source; the caller closes it.
   *
   * @param indices which images of the data set, at least one
   * @param batchSize images per batch, at least 1; the last batch may be smaller
   */
  BatchSource open(ImmutableIntArray indices, int batchSize);
}
