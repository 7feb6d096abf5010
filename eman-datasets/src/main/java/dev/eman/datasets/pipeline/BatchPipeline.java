package dev.eman.datasets.pipeline;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Makes batches ahead of the trainer: several threads decode and augment images and write them,
 * normalised, into off-heap arrays that are used again. What a batch holds follows from the
 * streams, the seed and the batch's number alone: not from the number of threads or shards, nor
 * from where a run was stopped and resumed.
 *
 * <p>{@link #next} is for one thread. Close the pipeline to end its threads.
 */
public final class BatchPipeline implements BatchSource {
  private final SlotRing ring;
  private final long end;
  private final @Nullable ImageStream unlabeled;
  private final long seed;
  private long position;
  private boolean lent;
  private volatile boolean closed;

  private BatchPipeline(Builder builder) {
    position = builder.start;
    end = end(builder.labeled, builder.unlabeled);
    unlabeled = builder.unlabeled;
    seed = builder.seed;
    ring = new SlotRing(builder, end);
  }

  /** A pipeline to be described. */
  public static Builder builder() {
    return new Builder();
  }

  /** A pipeline to be described, with a data set's usual normalisation and image size. */
  public static Builder builder(DatasetProvider data) {
    return builder().statistics(data.statistics()).imageSize(data.imageSize());
  }

  /** Whether there is another batch; false only at the end of {@link EpochEnd#STOP}. */
  @Override
  public boolean hasNext() {
    return position < end;
  }

  /**
   * The next batch. Its arrays, float32 {@code [N, C, H, W]}, are valid until the next call.
   *
   * @throws dev.eman.datasets.image.CorruptImageException if an image of it cannot be decoded,
   *     under {@link CorruptImages#FAIL}
   * @throws DatasetException if none of many can be, under {@link CorruptImages#SKIP}
   * @throws IllegalStateException if it is closed, also while this waits
   * @throws NoSuchElementException after the last batch
   */
  @Override
  public Batch next() {
    checkState(!closed, "the pipeline is closed");
    ring.checkSound();
    if (!hasNext()) {
      throw new NoSuchElementException("there are " + end + " batches");
    }
    if (lent) { // The slot of the batch before goes back to the workers.
      lent = false;
      ring.reopen(position - 1);
    }
    Slot slot = ring.await(position);
    position++;
    lent = true;
    return slot.toBatch();
  }

  /**
   * How many batches were given out, those before the start included: what {@link Builder#startAt}
   * takes to resume here.
   */
  @Override
  public long position() {
    return position;
  }

  /** How long {@link #next} has waited for workers altogether, in seconds. */
  @Override
  public double waitedSeconds() {
    return ring.waitedSeconds();
  }

  /**
   * How many images were replaced as they could not be decoded, under {@link CorruptImages#SKIP};
   * those of this shard.
   */
  public long skippedImages() {
    return ring.skippedImages();
  }

  /** The labelled images' positions in their data set, of the batch last given out. */
  public int[] labeledImages() {
    checkState(lent, "no batch has been given out");
    return ring.slot(position - 1).labeledImages();
  }

  /** The unlabelled images' positions in their data set, of the batch last given out. */
  public int[] unlabeledImages() {
    checkState(lent, "no batch has been given out");
    return ring.slot(position - 1).unlabeledImages();
  }

  /**
   * The unlabelled images of all batches up to {@link #position}, from the first one on, also where
   * a run was resumed; found by repeating the draw. Not for the middle of training: it takes as
   * long as shuffling a few epochs.
   *
   * @return positions in the unlabelled stream's data set; empty without such a stream
   */
  public BitSet drawnUnlabeledImages() {
    BitSet images = new BitSet();
    if (unlabeled != null) {
      EpochOrder.drawn(unlabeled, seed, SlotRing.UNLABELED_STREAM, position).stream()
          .forEach(at -> images.set(unlabeled.indices().get(at)));
    }
    return images;
  }

  /** Ends the threads and waits until they have. Batches given out must not be used any more. */
  @Override
  public void close() {
    closed = true;
    ring.close();
  }

  private static long end(@Nullable ImageStream labeled, @Nullable ImageStream unlabeled) {
    for (ImageStream stream : new ImageStream[] {labeled, unlabeled}) {
      if (stream != null && stream.epochEnd() == EpochEnd.STOP) {
        checkArgument(
            labeled == null || unlabeled == null,
            "streams: expected one alone where an epoch ends the stream, got two");
        return stream.batchesPerEpoch();
      }
    }
    return Long.MAX_VALUE;
  }

  /** Describes a pipeline. */
  public static final class Builder {
    @Nullable ImageStream labeled;
    @Nullable ImageStream unlabeled;
    ChannelStatistics statistics = ChannelStatistics.IMAGENET;
    int height;
    int width;
    long seed;
    long start;
    int workers = LoaderThreads.usual();
    int prefetch = 2;
    CorruptImages corruptImages = CorruptImages.FAIL;
    ReplacedImages replacedImages = new ReplacedImages();
    @Nullable FailedImages failedImages;
    Shard shard = Shard.WHOLE;

    private Builder() {}

    /**
     * The images with labels; one view each.
     *
     * @throws DatasetException if one has no label, unless the stream is for one pass in order
     */
    public Builder labeled(ImageStream stream) {
      checkArgument(
          stream.views().size() == 1,
          "labelled images: expected one view, got %s",
          stream.views().size());
      if (stream.epochEnd() != EpochEnd.STOP) {
        stream.indices().forEach(stream.data()::requireLabel);
      }
      labeled = stream;
      return this;
    }

    /** The images without labels. Labels come along for metrics if any are known. */
    public Builder unlabeled(ImageStream stream) {
      unlabeled = stream;
      return this;
    }

    /** Mean and deviation to normalise by; they set the number of channels too. */
    public Builder statistics(ChannelStatistics channelStatistics) {
      statistics = channelStatistics;
      return this;
    }

    /** Height and width in pixels that the views have. */
    public Builder imageSize(int size) {
      return imageSize(size, size);
    }

    /** Height and width in pixels that the views have. */
    public Builder imageSize(int imageHeight, int imageWidth) {
      checkArgument(
          imageHeight > 0 && imageWidth > 0,
          "image size: expected at least 1x1, got %sx%s",
          imageHeight,
          imageWidth);
      height = imageHeight;
      width = imageWidth;
      return this;
    }

    /** All chance comes from this; 0 unless set. */
    public Builder seed(long newSeed) {
      seed = newSeed;
      return this;
    }

    /** The number of the first batch, as {@link BatchPipeline#position} gives it; 0 unless set. */
    public Builder startAt(long batch) {
      checkArgument(batch >= 0, "start: expected at least 0, got %s", batch);
      start = batch;
      return this;
    }

    /**
     * How many threads; half of the processors ({@link LoaderThreads}) unless set, which leaves
     * some to the trainer.
     */
    public Builder workers(int count) {
      checkArgument(count > 0, "workers: expected at least 1, got %s", count);
      workers = count;
      return this;
    }

    /** How many batches are made ahead; 2 unless set. */
    public Builder prefetch(int batches) {
      checkArgument(batches > 0, "prefetch: expected at least 1, got %s", batches);
      prefetch = batches;
      return this;
    }

    /** What to do with images that cannot be decoded; {@link CorruptImages#FAIL} unless set. */
    public Builder corruptImages(CorruptImages policy) {
      corruptImages = policy;
      return this;
    }

    /** Where replaced images are counted, those of several pipelines together. */
    public Builder replacedImages(ReplacedImages replaced) {
      replacedImages = replaced;
      return this;
    }

    /**
     * Puts zeros where an image cannot be decoded or prepared, and notes why, whatever {@link
     * #corruptImages} says: to answer for each image of a list.
     *
     * @param failed receives positions in the data set, of one stream
     */
    public Builder failedImages(FailedImages failed) {
      failedImages = failed;
      return this;
    }

    /**
     * Makes one worker's part of every batch alone: rank r's rows follow those of rank r - 1. The
     * parts of all workers, put together, are the very batch of a single one; batch sizes of
     * streams and positions are those of whole batches. All ranks need the same streams and seed.
     *
     * @param rank of this worker, from 0
     * @param of how many workers there are; 1 unless set
     */
    public Builder shard(int rank, int of) {
      shard = new Shard(rank, of);
      return this;
    }

    /**
     * Starts the threads.
     *
     * @throws IllegalArgumentException if streams, sizes and channels do not fit, or batches do not
     *     divide among the shards
     * @throws DatasetException if a batch has more numbers than an array may
     */
    public BatchPipeline start() {
      checkArgument(labeled != null || unlabeled != null, "streams: expected one or two, got none");
      checkArgument(height > 0, "image size: expected to be set, it is not");
      List<ImageStream> streams = new ArrayList<>();
      for (ImageStream stream : new ImageStream[] {labeled, unlabeled}) {
        if (stream != null) {
          streams.add(stream);
        }
      }
      for (ImageStream stream : streams) {
        shard.check(stream);
        checkArgument(
            stream.data().channels() == statistics.channels(),
            "%s: expected %s channels, as the statistics have, got %s",
            stream.data().name(),
            statistics.channels(),
            stream.data().channels());
        checkLength(stream);
      }
      return new BatchPipeline(this);
    }

    /** Rows are written at offsets that are ints. */
    private void checkLength(ImageStream stream) {
      int rows = shard.rows(stream.batchSize());
      if ((double) rows * statistics.channels() * height * width > Integer.MAX_VALUE) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "%s: expected a batch of at most %,d numbers, got %,d images [%d, %d, %d]; take"
                    + " smaller batches or images",
                stream.data().name(),
                Integer.MAX_VALUE,
                rows,
                statistics.channels(),
                height,
                width));
      }
    }
  }
}
