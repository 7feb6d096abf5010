package dev.eman.train.encoder;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.eval.ImageEncoder;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Features that need no network and know no label. They tell shapes apart, and are weak where
 * objects stand anywhere in a picture.
 */
public final class PixelFeatures {
  private static final int CELLS = 7;
  private static final int ORIENTATIONS = 9;

  /** Images whose features are centred at once. */
  private static final int ROWS = 8192;

  /** Keeps the noise of flat cells small; gradients are in units of the image's deviation. */
  private static final float FLAT = 0.1f;

  private PixelFeatures() {}

  /** Fills the row of an image from its pixels. */
  private interface Row {
    void fill(float[] pixels, int at, int height, int width, float[] into, int offset);
  }

  /**
   * The pixels, {@code [N, C · H · W]}; means of squares where an image is larger than that.
   *
   * @param mostSide height and width at most, at least 1
   */
  public static ImageEncoder pixels(int mostSide) {
    checkArgument(mostSide >= 1, "mostSide: expected at least 1, got %s", mostSide);
    return images -> {
      int channels = (int) images.size(1);
      int rows = (int) Math.min(images.size(2), mostSide);
      int columns = (int) Math.min(images.size(3), mostSide);
      int[] counts = counts((int) images.size(2), (int) images.size(3), rows, columns);
      return encode(
          images,
          channels * rows * columns,
          (pixels, at, height, width, into, offset) -> {
            for (int c = 0; c < channels; c++) {
              means(
                  pixels,
                  at + c * height * width,
                  height,
                  width,
                  into,
                  offset + c * rows * columns,
                  rows,
                  columns,
                  counts);
            }
          });
    };
  }

  /** The pixels of each cell, equal for all images of a batch. */
  private static int[] counts(int height, int width, int rows, int columns) {
    int[] counts = new int[rows * columns];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        counts[y * rows / height * columns + x * columns / width]++;
      }
    }
    return counts;
  }

  private static void means(
      float[] from,
      int at,
      int height,
      int width,
      float[] into,
      int offset,
      int rows,
      int columns,
      int[] counts) {
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int cell = y * rows / height * columns + x * columns / width;
        into[offset + cell] += from[at + y * width + x];
      }
    }
    for (int cell = 0; cell < counts.length; cell++) {
      into[offset + cell] /= counts[cell];
    }
  }

  /**
   * Histograms of oriented gradients (Dalal and Triggs 2005) of the channels' mean: 9 orientations
   * without sign in each of 7 x 7 cells, each cell scaled to length 1, and square roots taken;
   * {@code [N, 441]}.
   */
  public static ImageEncoder gradients() {
    return images -> {
      int channels = (int) images.size(1);
      return encode(
          images,
          gradientsWidth(),
          (pixels, at, height, width, into, offset) ->
              histograms(gray(pixels, at, channels, height * width), height, width, into, offset));
    };
  }

  /** The number of features of {@link #gradients}. */
  static int gradientsWidth() {
    return CELLS * CELLS * ORIENTATIONS;
  }

  /** The mean of the channels, with mean 0 and deviation 1; zeros for an image of one colour. */
  private static float[] gray(float[] pixels, int at, int channels, int size) {
    float[] gray = new float[size];
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < size; i++) {
      for (int c = 0; c < channels; c++) {
        gray[i] += pixels[at + c * size + i];
      }
      sum += gray[i];
      squares += (double) gray[i] * gray[i];
    }
    double mean = sum / size;
    double deviation = Math.sqrt(Math.max(0, squares / size - mean * mean));
    for (int i = 0; i < size; i++) {
      gray[i] = deviation > 1e-6 ? (float) ((gray[i] - mean) / deviation) : 0;
    }
    return gray;
  }

  private static void histograms(float[] gray, int height, int width, float[] into, int offset) {
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = y * width + x;
        float dx = x > 0 && x < width - 1 ? gray[at + 1] - gray[at - 1] : 0;
        float dy = y > 0 && y < height - 1 ? gray[at + width] - gray[at - width] : 0;
        double length = Math.sqrt(dx * dx + dy * dy);
        if (length == 0) {
          continue;
        }
        double angle = Math.atan2(dy, dx);
        double bin = (angle < 0 ? angle + Math.PI : angle) / Math.PI * ORIENTATIONS;
        int lower = (int) bin;
        float upperShare = (float) (bin - lower);
        int cell = offset + (y * CELLS / height * CELLS + x * CELLS / width) * ORIENTATIONS;
        into[cell + lower % ORIENTATIONS] += (float) length * (1 - upperShare);
        into[cell + (lower + 1) % ORIENTATIONS] += (float) length * upperShare;
      }
    }
    for (int cell = offset; cell < offset + CELLS * CELLS * ORIENTATIONS; cell += ORIENTATIONS) {
      float squares = FLAT;
      for (int b = 0; b < ORIENTATIONS; b++) {
        squares += into[cell + b] * into[cell + b];
      }
      float scale = 1 / (float) Math.sqrt(squares);
      for (int b = 0; b < ORIENTATIONS; b++) {
        into[cell + b] = (float) Math.sqrt(into[cell + b] * scale);
      }
    }
  }

  /**
   * Features of several kinds side by side: centred, and each kind scaled so that all weigh the
   * same and the mean squared distance of two images is 1.
   *
   * @param blocks features of the same images, each {@code [N, D]}, float32, finite; read
   * @return {@code [N, sum of all D]}, a new array
   */
  public static INDArray joined(List<INDArray> blocks) {
    checkArgument(!blocks.isEmpty(), "blocks: expected at least one, got none");
    long images = blocks.get(0).size(0);
    long width = 0;
    for (INDArray block : blocks) {
      checkArgument(
          block.rank() == 2 && block.size(0) == images && block.dataType() == DataType.FLOAT,
          "features: expected [%s, D] of FLOAT, got %s",
          images,
          block.shapeInfoToString());
      width += block.size(1);
    }
    INDArray all = Nd4j.createUninitialized(DataType.FLOAT, new long[] {images, width}, 'c');
    long column = 0;
    for (INDArray block : blocks) {
      centerInto(FeatureRows.viewable(block), all, column, blocks.size());
      column += block.size(1);
    }
    return all;
  }

  /** In place and in parts: a second array of that size might find no room. */
  private static void centerInto(INDArray block, INDArray all, long column, int kinds) {
    long images = block.size(0);
    INDArray mean = block.mean(0).reshape(1, block.size(1));
    INDArrayIndex columns = NDArrayIndex.interval(column, column + block.size(1));
    double sum = 0;
    for (long from = 0; from < images; from += ROWS) {
      INDArrayIndex rows = NDArrayIndex.interval(from, Math.min(images, from + ROWS));
      INDArray part = all.get(rows, columns);
      part.assign(block.get(rows, NDArrayIndex.all())).subi(mean);
      for (double norm : part.norm2(1).toDoubleVector()) { // One of all would be summed in float32.
        sum += norm * norm;
      }
    }
    double squares = sum / images;
    for (long from = 0; from < images && squares > 0; from += ROWS) {
      INDArrayIndex rows = NDArrayIndex.interval(from, Math.min(images, from + ROWS));
      all.get(rows, columns).divi(Math.sqrt(2 * squares * kinds));
    }
  }

  private static INDArray encode(INDArray images, int width, Row row) {
    checkArgument(
        images.rank() == 4,
        "images: expected [N, C, H, W], got %s",
        Arrays.toString(images.shape()));
    int n = Math.toIntExact(images.size(0));
    float[] pixels = images.castTo(DataType.FLOAT).dup('c').data().asFloat();
    int size = pixels.length / n;
    float[] features = new float[n * width];
    for (int i = 0; i < n; i++) {
      row.fill(pixels, i * size, (int) images.size(2), (int) images.size(3), features, i * width);
    }
    return Nd4j.createFromArray(features).reshape(n, width);
  }
}
