package dev.eman.core.nn.kernel.onednn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What {@link OneDnnChannelSums} sums up, of values to which one is added for each channel. Some
 * rows at a time are copied, so that the copy stays in the cache. Belongs to one thread.
 */
final class ShiftedSums {
  /** What is copied at a time, in bytes, about. */
  private static final long CACHED = 1 << 20;

  /** How many more parts than that are tried, until the rows divide. */
  private static final int TRIES = 4;

  private final OneDnn context;
  private final int parts;
  private final int channels;
  private final long bytes;
  private final OneDnnAffine affine;
  private final OneDnnChannelSums sums;
  private final float[] shift;

  private ShiftedSums(OneDnn context, int parts, long rows, int channels, OneDnnAffine affine) {
    this.context = context;
    this.parts = parts;
    this.channels = channels;
    this.bytes = rows * channels * Float.BYTES;
    this.affine = affine;
    this.sums = OneDnnChannelSums.of(context, rows, channels);
    this.shift = new float[channels];
  }

  /** Null where oneDNN's kernels serve no equal parts of the rows. */
  static @Nullable ShiftedSums of(OneDnn context, long rows, int channels) {
    long wanted = rows * channels * Float.BYTES / CACHED + 1;
    for (long parts = wanted; parts <= TRIES * wanted && parts <= rows; parts++) {
      if (rows % parts == 0) {
        long part = rows / parts;
        OneDnnAffine affine = OneDnnAffine.of(context, part, channels);
        if (affine.addsToParts() && OneDnnChannelSums.of(context, part, channels).servesParts()) {
          return new ShiftedSums(context, Math.toIntExact(parts), part, channels, affine);
        }
      }
    }
    return null;
  }

  /** What is added to each channel; to be written before {@link #run}. */
  float[] shift() {
    return shift;
  }

  /**
   * Computes the sums of w and of (x + shift) w.
   *
   * @param dy w; null for x + shift
   * @param total the first C values become the sums of w
   * @param products the first C values become the sums of products
   */
  void run(INDArray x, @Nullable INDArray dy, double[] total, double[] products) {
    OneDnn.checkChannelsLast(x);
    INDArray shifted = context.shifted(bytes);
    affine.setAddend(shift);
    Arrays.fill(total, 0, channels, 0);
    Arrays.fill(products, 0, channels, 0);
    for (int i = 0; i < parts; i++) {
      affine.addToPart(x, i * bytes, shifted);
      if (dy == null) {
        sums.addPart(shifted, shifted, 0, total, products);
      } else {
        sums.addPart(shifted, dy, i * bytes, total, products);
      }
    }
  }
}
