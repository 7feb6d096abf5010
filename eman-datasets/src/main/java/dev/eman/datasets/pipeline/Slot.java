package dev.eman.datasets.pipeline;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The memory of one batch, filled by workers and then lent to the trainer; used again. */
final class Slot {
  private static final long NONE = -1;

  /** One stream's part of the batch. */
  static final class Section {
    final ImageStream stream;
    final int firstView;
    final int[] positions; // In the stream's indices.
    final int[] labels;
    final long[] epochs;
    final INDArray[] arrays;
    final FloatBuffer[] targets;
    private final int rows;
    private final boolean staged;
    int count;

    /**
     * A section of its own memory.
     *
     * @param rows how many images it has of a full batch
     * @param imageShape {@code [C, H, W]}
     */
    Section(ImageStream stream, int rows, int firstView, long[] imageShape) {
      this.stream = stream;
      this.rows = rows;
      this.firstView = firstView;
      int views = stream.views().size();
      positions = new int[rows];
      labels = new int[rows];
      epochs = new long[rows];
      arrays = new INDArray[views];
      targets = new FloatBuffer[views];
      staged = !Nd4j.getEnvironment().isCPU();
      long[] shape = {rows, imageShape[0], imageShape[1], imageShape[2]};
      for (int v = 0; v < views; v++) {
        arrays[v] = Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
        targets[v] =
            staged
                ? FloatBuffer.allocate(Math.toIntExact(arrays[v].length()))
                : ((FloatPointer) arrays[v].data().pointer()).asBuffer();
      }
    }

    /** The arrays to give away; where memory is not the host's, this is where they get there. */
    List<INDArray> finished() {
      List<INDArray> given = new ArrayList<>();
      for (int v = 0; v < arrays.length; v++) {
        if (staged) {
          arrays[v].assign(Nd4j.createFromArray(targets[v].array()).reshape(arrays[v].shape()));
        }
        given.add(count == rows ? arrays[v] : arrays[v].get(NDArrayIndex.interval(0, count)));
      }
      return given;
    }

    /** The position in the data set of a row's image. */
    int image(int row) {
      return stream.indices().get(positions[row]);
    }

    int[] images() {
      int[] images = new int[count];
      for (int row = 0; row < count; row++) {
        images[row] = image(row);
      }
      return images;
    }

    ImmutableIntArray labels() {
      return filled(labels);
    }

    ImmutableIntArray indices() {
      return filled(positions);
    }

    /** A copy of the rows that the batch has, made without another one in between. */
    private ImmutableIntArray filled(int[] values) {
      ImmutableIntArray.Builder copy = ImmutableIntArray.builder(count);
      for (int row = 0; row < count; row++) {
        copy.add(values[row]);
      }
      return copy.build();
    }
  }

  private final @Nullable Section labeled;
  private final @Nullable Section unlabeled;
  private final boolean hiddenLabels;
  private final AtomicInteger unfinished = new AtomicInteger();
  private volatile long batch = NONE;
  private volatile boolean closed;
  private @Nullable Throwable failure;
  private int failedItem;

  /**
   * A slot of sections.
   *
   * @param hiddenLabels whether labels of unlabelled images are known
   */
  Slot(@Nullable Section labeled, @Nullable Section unlabeled, boolean hiddenLabels) {
    this.labeled = labeled;
    this.unlabeled = unlabeled;
    this.hiddenLabels = hiddenLabels;
  }

  /** How many images a full batch has. */
  int items() {
    return size(labeled) + size(unlabeled);
  }

  /** Lets workers fill the slot. */
  synchronized void open(
      long number, @Nullable EpochOrder labeledOrder, @Nullable EpochOrder unlabeledOrder) {
    assign(labeled, labeledOrder, number);
    assign(unlabeled, unlabeledOrder, number);
    failure = null;
    unfinished.set(items());
    batch = number;
    notifyAll();
  }

  private static void assign(@Nullable Section section, @Nullable EpochOrder order, long number) {
    if (section != null && order != null) {
      section.count = order.fill(number, section.positions, section.epochs);
    }
  }

  /**
   * Waits until the slot is open for a batch.
   *
   * @return false if the pipeline was closed
   */
  boolean awaitOpen(long number) throws InterruptedException {
    if (batch != number) { // Without the lock first: nearly always true.
      synchronized (this) {
        while (batch != number && !closed) {
          wait();
        }
      }
    }
    return !closed;
  }

  /** The section that an item belongs to; null if the batch has fewer. */
  @Nullable Section sectionOf(int item) {
    Section section = item < size(labeled) ? labeled : unlabeled;
    return section != null && rowOf(item) < section.count ? section : null;
  }

  /** The row of an item in its section. */
  int rowOf(int item) {
    return item < size(labeled) ? item : item - size(labeled);
  }

  /** Says that an item is written, or has failed. */
  void finish(int item, @Nullable Throwable problem) {
    if (problem != null) {
      synchronized (this) {
        // The first by position, so that the message does not depend on the threads.
        if (failure == null || item < failedItem) {
          failure = problem;
          failedItem = item;
        }
      }
    }
    if (unfinished.decrementAndGet() == 0) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  /** Whether every item is written. */
  boolean isFinished() {
    return unfinished.get() == 0;
  }

  /**
   * Waits until every item is written, or the slot is closed: see {@link #isFinished}.
   *
   * @return what went wrong, if anything did
   */
  synchronized @Nullable Throwable awaitFinished() throws InterruptedException {
    while (unfinished.get() > 0 && !closed) {
      wait();
    }
    return failure;
  }

  /** The batch, to be called once it is finished. */
  Batch toBatch() {
    return new Batch(
        labeled == null ? null : labeled.finished().get(0),
        labeled == null ? ImmutableIntArray.of() : labeled.labels(),
        unlabeled == null ? List.of() : unlabeled.finished(),
        unlabeled == null || !hiddenLabels ? ImmutableIntArray.of() : unlabeled.labels(),
        labeled == null ? ImmutableIntArray.of() : labeled.indices(),
        unlabeled == null ? ImmutableIntArray.of() : unlabeled.indices());
  }

  /** The positions of the labelled images in their data set. */
  int[] labeledImages() {
    return labeled == null ? new int[0] : labeled.images();
  }

  /** The positions of the unlabelled images in their data set. */
  int[] unlabeledImages() {
    return unlabeled == null ? new int[0] : unlabeled.images();
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  private static int size(@Nullable Section section) {
    return section == null ? 0 : section.rows;
  }
}
