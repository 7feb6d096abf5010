package dev.eman.core.data;

import java.util.NoSuchElementException;

/**
 * Where batches come from, one after another. What a batch holds must follow from its number, so
 * that a run can be resumed at {@link #position}. For one thread.
 */
public interface BatchSource extends AutoCloseable {
  /** Whether there is another batch; sources for training have no end. */
  boolean hasNext();

  /**
   * The next batch; its arrays are valid until the next call.
   *
   * @throws NoSuchElementException after the last one
   */
  Batch next();

  /** How many batches were given out since the beginning of the run. */
  long position();

  /** How long {@link #next} had to wait, in seconds; 0 for sources that do not know. */
  default double waitedSeconds() {
    return 0;
  }

  /** Releases threads and memory. */
  @Override
  default void close() {}
}
