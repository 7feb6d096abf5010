package dev.eman.cli.data;

import dev.eman.datasets.image.Image;
import java.util.Locale;

/** Sizes of images, and mean and deviation of each channel, scaled to 0 to 1. */
final class ChannelSums {
  private final long[][] histogram;
  private int minWidth = Integer.MAX_VALUE;
  private int minHeight = Integer.MAX_VALUE;
  private int maxWidth;
  private int maxHeight;

  ChannelSums(int channels) {
    histogram = new long[channels][256];
  }

  void add(Image image) {
    byte[] pixels = image.pixels();
    int channels = histogram.length;
    for (int i = 0, n = image.length(); i < n; i++) {
      histogram[i % channels][pixels[i] & 0xff]++;
    }
    minWidth = Math.min(minWidth, image.width());
    minHeight = Math.min(minHeight, image.height());
    maxWidth = Math.max(maxWidth, image.width());
    maxHeight = Math.max(maxHeight, image.height());
  }

  /** Width by height: a single size, or the range. */
  String sizes() {
    String least = minWidth + "x" + minHeight;
    boolean same = minWidth == maxWidth && minHeight == maxHeight;
    return same ? least + " pixels" : least + " to " + maxWidth + "x" + maxHeight + " pixels";
  }

  String statistics() {
    StringBuilder mean = new StringBuilder();
    StringBuilder deviation = new StringBuilder();
    for (long[] counts : histogram) {
      double n = 0;
      double sum = 0;
      double squares = 0;
      for (int value = 0; value < counts.length; value++) {
        n += counts[value];
        sum += (double) counts[value] * value;
        squares += (double) counts[value] * value * value;
      }
      double m = sum / n;
      mean.append(String.format(Locale.ROOT, " %.4f", m / 255));
      deviation.append(String.format(Locale.ROOT, " %.4f", Math.sqrt(squares / n - m * m) / 255));
    }
    return "mean" + mean + ", deviation" + deviation;
  }
}
