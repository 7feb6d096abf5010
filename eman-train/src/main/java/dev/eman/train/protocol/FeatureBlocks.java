package dev.eman.train.protocol;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Features;
import java.util.List;
import java.util.NoSuchElementException;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Labelled features in place of images, {@code [N, D, 1, 1]}, each once, in order, in blocks of
 * sizes that differ by one at most: a short one would have statistics of its own.
 */
final class FeatureBlocks implements BatchSource {
  private static final int LARGEST = 1024;

  private final Features features;
  private final int blocks;
  private int block;
  private int at;

  FeatureBlocks(Features features) {
    this.features = features;
    this.blocks = (int) (((long) features.labels().length() + LARGEST - 1) / LARGEST);
  }

  @Override
  public boolean hasNext() {
    return at < features.labels().length();
  }

  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("there are " + at + " images");
    }
    int end = (int) ((block + 1L) * features.labels().length() / blocks);
    Batch batch =
        new Batch(
            FeatureBatches.asImages(
                features.values().get(NDArrayIndex.interval(at, end), NDArrayIndex.all()).dup('c')),
            features.labels().subArray(at, end).trimmed(),
            List.of(),
            ImmutableIntArray.of());
    at = end;
    block++;
    return batch;
  }

  @Override
  public long position() {
    return block;
  }
}
