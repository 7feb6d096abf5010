package dev.eman.datasets.pipeline;

import static com.google.common.base.Preconditions.checkElementIndex;

import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.augment.Transform;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Prepares images one at a time in the calling thread, as a {@link BatchPipeline} in order prepares
 * them in its own. One thread at a time.
 */
public final class ImagePreparer {
  private final ImageStream stream;
  private final ViewMaker maker;
  private final Slot.Section section;

  /**
   * A preparer with memory for a batch.
   *
   * @param image a data set of one image, whose content may change between calls
   * @param view what is made of it
   * @param statistics to normalise by
   * @param size height and width in pixels that views have
   * @param rows the most images a batch has
   */
  public ImagePreparer(
      ImageDataset image, Transform view, ChannelStatistics statistics, int size, int rows) {
    long[] shape = {statistics.channels(), size, size};
    stream = ImageStream.inOrder(image, 1, view);
    maker = new ViewMaker(0, new Normalizer(statistics, size, size));
    section = new Slot.Section(stream, rows, 0, shape);
  }

  /**
   * Reads the image and writes what is made of it.
   *
   * @param row where in the batch
   * @throws dev.eman.datasets.image.CorruptImageException if it cannot be read
   */
  public void prepare(int row) {
    checkElementIndex(row, section.labels.length, "row");
    maker.make(stream, 0, 0, section.firstView, section.targets, row);
  }

  /**
   * The first rows of the batch.
   *
   * @return float32 {@code [N, C, H, W]}, this preparer's memory
   */
  public INDArray batch(int rows) {
    section.count = rows;
    return section.finished().get(0);
  }
}
