package dev.eman.datasets.pipeline;

import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.image.Image;
import java.nio.FloatBuffer;
import java.util.Locale;

/**
 * Turns bytes {@code [H, W, C]} into floats {@code [C, H, W]}: scaled to 0 to 1, less the mean, by
 * the deviation. Every value a byte can have is computed beforehand. Not safe for use by several
 * threads at once.
 */
final class Normalizer {
  private final float[][] table;
  private final int height;
  private final int width;
  private final float[] row;

  Normalizer(ChannelStatistics statistics, int height, int width) {
    this.height = height;
    this.width = width;
    table = new float[statistics.channels()][256];
    for (int c = 0; c < table.length; c++) {
      for (int value = 0; value < 256; value++) {
        table[c][value] =
            (float) ((value / 255.0 - statistics.mean().get(c)) / statistics.deviation().get(c));
      }
    }
    row = new float[width];
  }

  /** How many floats an image takes. */
  int length() {
    return table.length * height * width;
  }

  /** Whether an image has the size that was asked for. */
  void check(Image image, String name) {
    if (image.width() != width || image.height() != height || image.channels() != table.length) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected a view [%d, %d, %d], as height, width and channels of the batch, got"
                  + " [%d, %d, %d]; end its transforms with a resize or crop to that size",
              name,
              height,
              width,
              table.length,
              image.height(),
              image.width(),
              image.channels()));
    }
  }

  /** Writes an image at an offset, row by row through memory that stays in the cache. */
  void write(Image image, FloatBuffer target, int offset) {
    byte[] pixels = image.pixels();
    int channels = table.length;
    int to = offset;
    for (int c = 0; c < channels; c++) {
      float[] values = table[c];
      for (int y = 0, from = c; y < height; y++, to += width) {
        for (int x = 0; x < width; x++, from += channels) {
          row[x] = values[pixels[from] & 0xff];
        }
        target.put(to, row, 0, width);
      }
    }
  }
}
