package dev.eman.train.encoder;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import dev.eman.core.eval.ImageEncoder;
import dev.eman.core.nn.MatrixProducts;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.Resampling;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.eigen.Eigen;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What tells images apart where there is no network: {@link PixelFeatures} of images of any size,
 * one after the other. Those of gray images are of one channel, and all images must have as many.
 */
public final class PixelDescriptors {
  private static final int SIDE = 32;
  private static final int COARSE = 8;
  private static final int COMPONENTS = 50;

  /** Images whose features are one array: an array each would fill the heap. */
  private static final int BATCH = 256;

  private final ImmutableList<ImageEncoder> encoders =
      ImmutableList.of(PixelFeatures.gradients(), PixelFeatures.pixels(COARSE));
  private final List<List<INDArray>> rows = List.of(new ArrayList<>(), new ArrayList<>());
  private final List<float[]> waiting = new ArrayList<>();

  /** Without images. */
  public PixelDescriptors() {}

  /**
   * Adds an image.
   *
   * @param image scaled to 32 x 32 pixels in place
   */
  public void add(Image image) {
    Resampling.resizeInPlace(image, SIDE, SIDE);
    int channels = image.channels();
    float[] planes = new float[channels * SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
      for (int c = 0; c < channels; c++) {
        planes[c * SIDE * SIDE + i] = (image.pixels()[i * channels + c] & 0xff) / 255f;
      }
    }
    Preconditions.checkArgument(
        waiting.isEmpty() || waiting.get(0).length == planes.length,
        "image: expected as many channels as before, got %s",
        channels);
    waiting.add(planes);
    if (waiting.size() == BATCH) {
      encode();
    }
  }

  private void encode() {
    INDArray batch = Nd4j.createFromArray(waiting.toArray(new float[0][]));
    long channels = batch.size(1) / (SIDE * SIDE);
    INDArray images = batch.reshape(waiting.size(), channels, SIDE, SIDE);
    for (int e = 0; e < encoders.size(); e++) {
      rows.get(e).add(encoders.get(e).features(images));
    }
    waiting.clear();
  }

  /**
   * Bytes outside of Java's heap that {@link #features} needs, those of the images that were added
   * among them.
   *
   * @param images how many
   * @param channels of each
   */
  public static long bytes(long images, int channels) {
    long each = PixelFeatures.gradientsWidth() + (long) channels * COARSE * COARSE;
    return images * Float.BYTES * 2 * each; // In batches and put together, or that and centred.
  }

  /**
   * The features of all images in their order: their first 50 principal components, which are
   * quicker to compare than all 441 + 64 C features, and say more of what images show.
   *
   * @return {@code [N, 50]}, float32, centred
   * @throws IllegalStateException if there are no images
   */
  public INDArray features() {
    if (!waiting.isEmpty()) {
      encode();
    }
    Preconditions.checkState(!rows.get(0).isEmpty(), "expected at least one image, found none");
    INDArray all = PixelFeatures.joined(rows.stream().map(PixelDescriptors::together).toList());
    INDArray vectors =
        MatrixProducts.ofColumns(all, all); // Becomes eigenvectors, of ascending values.
    Eigen.symmetricGeneralizedEigenvalues(vectors, true);
    long width = vectors.size(1);
    INDArray first =
        vectors.get(NDArrayIndex.all(), NDArrayIndex.interval(width - COMPONENTS, width));
    return MatrixProducts.of(all, first);
  }

  /** One array instead of many. */
  private static INDArray together(List<INDArray> batches) {
    INDArray all = Nd4j.concat(0, batches.toArray(new INDArray[0]));
    batches.clear();
    batches.add(all);
    return all;
  }
}
