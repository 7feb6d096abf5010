package dev.eman.datasets.pipeline;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.annotations.VisibleForTesting;
import com.google.common.base.Throwables;
import dev.eman.datasets.DatasetException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The threads that make batches, and the slots that they fill in turn. */
final class SlotRing {
  /** Random numbers of labelled views are apart from those of the same images without labels. */
  private static final int FIRST_LABELED_VIEW = 1 << 16;

  private static final int LABELED_STREAM = 0;
  static final int UNLABELED_STREAM = 1;

  private final @Nullable EpochOrder labeledOrder;
  private final @Nullable EpochOrder unlabeledOrder;
  private final Slot[] slots;
  private final Thread[] threads;
  private final AtomicLong tickets;
  private final Replacements replacements;
  private final long end;
  private long waited;
  private @Nullable Throwable failure;

  /**
   * Starts the threads.
   *
   * @param end number of batches in all
   */
  SlotRing(BatchPipeline.Builder builder, long end) {
    this.end = end;
    ImageStream labeled = builder.labeled;
    ImageStream unlabeled = builder.unlabeled;
    labeledOrder =
        labeled == null
            ? null
            : new EpochOrder(labeled, builder.shard, builder.seed, LABELED_STREAM);
    unlabeledOrder =
        unlabeled == null
            ? null
            : new EpochOrder(unlabeled, builder.shard, builder.seed, UNLABELED_STREAM);
    replacements =
        new Replacements(
            builder.corruptImages, builder.failedImages, builder.replacedImages, builder.seed);
    long[] shape = {builder.statistics.channels(), builder.height, builder.width};
    boolean hiddenLabels = unlabeled != null && unlabeled.hasLabels();
    long batches = Math.max(1, end - builder.start);
    slots = new Slot[(int) Math.min(builder.prefetch + 1, batches)];
    for (int i = 0; i < slots.length; i++) {
      slots[i] =
          new Slot(
              section(labeled, builder.shard, FIRST_LABELED_VIEW, shape),
              section(unlabeled, builder.shard, 0, shape),
              hiddenLabels);
    }
    for (long batch = builder.start; batch < builder.start + slots.length; batch++) {
      open(batch);
    }
    tickets = new AtomicLong(builder.start * slots[0].items());
    threads = new Thread[Math.min(builder.workers, slots.length * slots[0].items())];
    for (int i = 0; i < threads.length; i++) {
      ViewMaker maker =
          new ViewMaker(
              builder.seed, new Normalizer(builder.statistics, builder.height, builder.width));
      threads[i] = new Thread(() -> work(maker), "eman-data-" + i);
      threads[i].setDaemon(true); // A forgotten pipeline must not keep the program alive.
    }
    try {
      for (Thread thread : threads) {
        thread.start();
      }
    } catch (Throwable e) { // The system may have no more threads.
      close();
      throw e;
    }
  }

  private static Slot.@Nullable Section section(
      @Nullable ImageStream stream, Shard shard, int firstView, long[] imageShape) {
    return stream == null
        ? null
        : new Slot.Section(stream, shard.rows(stream.batchSize()), firstView, imageShape);
  }

  /** Throws again what {@link #await} has thrown. */
  void checkSound() {
    if (failure != null) {
      throw unchecked(failure);
    }
  }

  /** How long {@link #await} has waited altogether, in seconds. */
  double waitedSeconds() {
    return waited / 1e9;
  }

  /** How many images were replaced. */
  long skippedImages() {
    return replacements.count();
  }

  /** Ends the threads and waits until they have. */
  void close() {
    for (Slot slot : slots) {
      slot.close();
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true; // A worker ends with its image; wait, then say so.
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @VisibleForTesting
  int threads() {
    return threads.length;
  }

  /** Gives the slot of a batch that is no longer used to the workers, for a later one. */
  void reopen(long batch) {
    open(batch + slots.length);
  }

  private void open(long batch) {
    if (batch < end) {
      slot(batch).open(batch, labeledOrder, unlabeledOrder);
    }
  }

  /**
   * The slot of a batch, once it is finished.
   *
   * @throws IllegalStateException if the ring is closed before
   * @throws RuntimeException or an error if a worker has failed; from then on always
   */
  Slot await(long batch) {
    Slot slot = slot(batch);
    long start = slot.isFinished() ? 0 : System.nanoTime();
    Throwable problem;
    try {
      problem = slot.awaitFinished();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatasetException("interrupted while waiting for a batch", e);
    }
    if (start != 0) {
      waited += System.nanoTime() - start;
    }
    if (problem != null) {
      failure = problem;
      throw unchecked(problem);
    }
    checkState(slot.isFinished(), "the pipeline is closed");
    return slot;
  }

  private void work(ViewMaker maker) {
    int items = slots[0].items();
    try {
      while (true) {
        long ticket = tickets.getAndIncrement();
        long batch = ticket / items;
        if (batch >= end || !slot(batch).awaitOpen(batch)) {
          return;
        }
        fill(slot(batch), (int) (ticket % items), maker);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Nobody but a foreign thread does that; end.
    }
  }

  private void fill(Slot slot, int item, ViewMaker maker) {
    Throwable problem = null;
    try {
      Slot.Section section = slot.sectionOf(item);
      if (section != null) {
        replacements.make(section, slot.rowOf(item), maker);
      }
    } catch (Throwable e) { // Also errors: the trainer must not wait for ever.
      problem = e;
    }
    slot.finish(item, problem);
  }

  /** The slot that a batch is made in. */
  Slot slot(long batch) {
    return slots[(int) (batch % slots.length)];
  }

  private static RuntimeException unchecked(Throwable problem) {
    Throwables.throwIfUnchecked(problem);
    return new DatasetException("a worker failed: " + problem, problem);
  }
}
