package dev.eman.datasets.pipeline;

import dev.eman.datasets.augment.ViewRandom;
import java.util.BitSet;

/**
 * Which images make which batch: the order of each epoch follows from seed, stream and epoch alone,
 * so any batch can be asked for. Keeps the order of the last epoch asked for.
 */
final class EpochOrder {
  /** Keeps this use of the seed apart from others. */
  private static final long PURPOSE = 0x0ede5;

  private final ImageStream stream;
  private final Shard shard;
  private final long seed;
  private final int streamNumber;
  private final ViewRandom random = new ViewRandom();
  private final int[] order;
  private long orderedEpoch = -1;

  EpochOrder(ImageStream stream, Shard shard, long seed, int streamNumber) {
    this.stream = stream;
    this.shard = shard;
    this.seed = seed;
    this.streamNumber = streamNumber;
    order = new int[stream.indices().length()];
  }

  /**
   * Tells which images the shard has of a batch.
   *
   * @param batch its number, from 0
   * @param positions set to positions in the stream's {@link ImageStream#indices} {@code [R]}, R
   *     the shard's rows of a full batch
   * @param epochs set to the epoch of each {@code [R]}
   * @return how many there are: fewer than R at the end of {@link EpochEnd#STOP}
   */
  int fill(long batch, int[] positions, long[] epochs) {
    int size = stream.batchSize();
    int length = order.length;
    long first = batch * size;
    if (stream.epochEnd() == EpochEnd.DROP_LAST) {
      long perEpoch = length / size;
      first = batch / perEpoch * length + batch % perEpoch * size;
    }
    int count =
        stream.epochEnd() == EpochEnd.STOP
            ? (int) Math.max(0, Math.min(size, length - first))
            : size;
    int rows = shard.rows(count);
    first += shard.firstRow(count);
    for (int i = 0; i < rows; i++) {
      long epoch = (first + i) / length;
      positions[i] = order(epoch)[(int) ((first + i) % length)];
      epochs[i] = epoch;
    }
    return rows;
  }

  /**
   * Which images the first batches have, of all shards together.
   *
   * @param batches how many
   * @return positions in the stream's {@link ImageStream#indices}
   */
  static BitSet drawn(ImageStream stream, long seed, int streamNumber, long batches) {
    EpochOrder all = new EpochOrder(stream, Shard.WHOLE, seed, streamNumber);
    BitSet drawn = new BitSet(all.order.length);
    int[] positions = new int[stream.batchSize()];
    long[] epochs = new long[positions.length];
    int left = all.order.length;
    for (long batch = 0;
        batch < batches && left > 0;
        batch++) { // Mostly not more than a few epochs.
      int count = all.fill(batch, positions, epochs);
      for (int i = 0; i < count; i++) {
        left -= drawn.get(positions[i]) ? 0 : 1;
        drawn.set(positions[i]);
      }
    }
    return drawn;
  }

  private int[] order(long epoch) {
    if (epoch != orderedEpoch) {
      for (int i = 0; i < order.length; i++) {
        order[i] = i;
      }
      if (stream.epochEnd() != EpochEnd.STOP) {
        shuffle(epoch);
      }
      orderedEpoch = epoch;
    }
    return order;
  }

  /** Fisher and Yates. */
  private void shuffle(long epoch) {
    random.seed(seed, PURPOSE, epoch, streamNumber);
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }
}
