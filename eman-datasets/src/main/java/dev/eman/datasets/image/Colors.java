package dev.eman.datasets.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;

/**
 * Operations on each pixel by itself, in place, with Pillow's arithmetic: {@code ImageOps} and
 * {@code ImageEnhance}. One and three channels; a gray image has no colour to change.
 */
public final class Colors {
  private static final int LEVELS = 256;

  private Colors() {}

  /** Each value becomes 255 minus itself. */
  public static void invertInPlace(Image image) {
    byte[] pixels = image.pixels();
    for (int i = 0, n = image.length(); i < n; i++) {
      pixels[i] = (byte) ~pixels[i];
    }
  }

  /**
   * Inverts the values that reach a threshold.
   *
   * @param threshold 0 (all) to 256 (none)
   */
  public static void solarizeInPlace(Image image, int threshold) {
    byte[] pixels = image.pixels();
    for (int i = 0, n = image.length(); i < n; i++) {
      int value = pixels[i] & 0xff;
      pixels[i] = (byte) (value < threshold ? value : 255 - value);
    }
  }

  /**
   * Adds to the values below a threshold, up to 255.
   *
   * @param addition -255 to 255
   * @param threshold 0 (none) to 256 (all)
   */
  public static void solarizeAddInPlace(Image image, int addition, int threshold) {
    byte[] pixels = image.pixels();
    for (int i = 0, n = image.length(); i < n; i++) {
      int value = pixels[i] & 0xff;
      pixels[i] = (byte) (value < threshold ? clamp(value + addition) : value);
    }
  }

  /**
   * Keeps the highest bits of each value.
   *
   * @param bits 0 (black) to 8 (unchanged)
   */
  public static void posterizeInPlace(Image image, int bits) {
    checkArgument(bits >= 0 && bits <= 8, "bits: expected 0 to 8, got %s", bits);
    int mask = ~((1 << (8 - bits)) - 1);
    byte[] pixels = image.pixels();
    for (int i = 0, n = image.length(); i < n; i++) {
      pixels[i] = (byte) (pixels[i] & mask);
    }
  }

  /** Stretches each channel so that its darkest value becomes 0 and its brightest 255. */
  public static void autocontrastInPlace(Image image) {
    int channels = image.channels();
    int[] table = image.integers(2 * LEVELS);
    for (int c = 0; c < channels; c++) {
      countChannel(image, c, table);
      int low = 0;
      while (low < LEVELS - 1 && table[low] == 0) {
        low++;
      }
      int high = LEVELS - 1;
      while (high > 0 && table[high] == 0) {
        high--;
      }
      if (high <= low) {
        continue;
      }
      double scale = 255.0 / (high - low);
      double offset = -low * scale;
      for (int i = 0; i < LEVELS; i++) {
        table[LEVELS + i] = clamp((int) (i * scale + offset));
      }
      mapChannel(image, c, table);
    }
  }

  /** Spreads the values of each channel evenly over 0 to 255. */
  public static void equalizeInPlace(Image image) {
    int channels = image.channels();
    int[] table = image.integers(2 * LEVELS);
    for (int c = 0; c < channels; c++) {
      countChannel(image, c, table);
      int last = LEVELS - 1;
      while (last > 0 && table[last] == 0) {
        last--;
      }
      int step = (image.width() * image.height() - table[last]) / 255;
      if (step == 0) {
        continue;
      }
      int sum = step / 2;
      for (int i = 0; i < LEVELS; i++) {
        table[LEVELS + i] = clamp(sum / step);
        sum += table[i];
      }
      mapChannel(image, c, table);
    }
  }

  /** Blends with black: 0 is black, 1 the image, above 1 brighter. */
  public static void brightnessInPlace(Image image, float factor) {
    blendWithLevelInPlace(image, 0, factor);
  }

  /** Blends with the gray of the image's mean: 0 is that gray, 1 the image, above 1 stronger. */
  public static void contrastInPlace(Image image, float factor) {
    byte[] pixels = image.pixels();
    int count = image.width() * image.height();
    long sum = 0;
    if (image.channels() == 1) {
      for (int i = 0; i < count; i++) {
        sum += pixels[i] & 0xff;
      }
    } else {
      for (int i = 0, n = 3 * count; i < n; i += 3) {
        sum += luma(pixels, i);
      }
    }
    blendWithLevelInPlace(image, (int) ((double) sum / count + 0.5), factor);
  }

  /** Blends with the image in gray: 0 is gray, 1 the image, above 1 more colourful. */
  public static void colorInPlace(Image image, float factor) {
    if (image.channels() == 1) {
      return;
    }
    byte[] pixels = image.pixels();
    for (int i = 0, n = image.length(); i < n; i += 3) {
      int gray = luma(pixels, i);
      pixels[i] = blend(gray, pixels[i] & 0xff, factor);
      pixels[i + 1] = blend(gray, pixels[i + 1] & 0xff, factor);
      pixels[i + 2] = blend(gray, pixels[i + 2] & 0xff, factor);
    }
  }

  /** Blends with the image smoothed: 0 is smooth, 1 the image, above 1 sharper. */
  public static void sharpnessInPlace(Image image, float factor) {
    int width = image.width();
    int height = image.height();
    int channels = image.channels();
    if (width < 3 || height < 3) {
      return; // Nothing but edge, which smoothing leaves alone.
    }
    byte[] in = image.pixels();
    byte[] out = image.spare(image.length());
    int row = width * channels;
    System.arraycopy(in, 0, out, 0, image.length());
    for (int y = 1; y < height - 1; y++) {
      for (int i = y * row + channels, end = (y + 1) * row - channels; i < end; i++) {
        int above = i - row;
        int below = i + row;
        int center = in[i] & 0xff;
        int sum =
            (in[above - channels] & 0xff)
                + (in[above] & 0xff)
                + (in[above + channels] & 0xff)
                + (in[i - channels] & 0xff)
                + 5 * center
                + (in[i + channels] & 0xff)
                + (in[below - channels] & 0xff)
                + (in[below] & 0xff)
                + (in[below + channels] & 0xff);
        // Rounded: half of 13 rounds up.
        out[i] = blend((2 * sum + 13) / 26, center, factor);
      }
    }
    image.swap(width, height, channels);
  }

  /** Each pixel becomes its luma, of ITU-R 601-2, in all its channels. */
  public static void grayscaleInPlace(Image image) {
    if (image.channels() == 1) {
      return;
    }
    byte[] pixels = image.pixels();
    for (int i = 0, n = image.length(); i < n; i += 3) {
      byte gray = (byte) luma(pixels, i);
      pixels[i] = gray;
      pixels[i + 1] = gray;
      pixels[i + 2] = gray;
    }
  }

  /** The image becomes gray, with one channel, its luma of ITU-R 601-2; its origin stays. */
  public static void toGrayInPlace(Image image) {
    if (image.channels() == 1) {
      return;
    }
    byte[] pixels = image.pixels();
    for (int from = 0, to = 0, n = image.length(); from < n; from += 3, to++) {
      pixels[to] = (byte) luma(pixels, from);
    }
    image.setChannels(1);
  }

  /**
   * Turns the hue.
   *
   * @param shift in turns of the colour circle, -0.5 to 0.5, rounded to 1/256 as torchvision does
   */
  public static void hueInPlace(Image image, float shift) {
    if (image.channels() == 1) {
      return;
    }
    int turn = (int) (shift * 255) & 0xff;
    byte[] pixels = image.pixels();
    for (int i = 0, n = image.length(); i < n; i += 3) {
      Hsv.shiftHueInPlace(pixels, i, turn);
    }
  }

  /** A gray level for red, green and blue at {@code at}, rounded: 0.299 R + 0.587 G + 0.114 B. */
  static int luma(byte[] pixels, int at) {
    return ((pixels[at] & 0xff) * 19595
            + (pixels[at + 1] & 0xff) * 38470
            + (pixels[at + 2] & 0xff) * 7471
            + 0x8000)
        >> 16;
  }

  private static void blendWithLevelInPlace(Image image, int level, float factor) {
    int[] table = image.integers(LEVELS);
    for (int value = 0; value < LEVELS; value++) {
      table[value] = blend(level, value, factor);
    }
    byte[] pixels = image.pixels();
    for (int i = 0, n = image.length(); i < n; i++) {
      pixels[i] = (byte) table[pixels[i] & 0xff];
    }
  }

  /** From {@code degenerate} at 0 to {@code value} at 1 and beyond; cut to 0..255, not rounded. */
  private static byte blend(int degenerate, int value, float factor) {
    float blended = degenerate + factor * (value - degenerate);
    return (byte) Math.min(255, Math.max(0, (int) blended));
  }

  private static void countChannel(Image image, int channel, int[] counts) {
    Arrays.fill(counts, 0, LEVELS, 0);
    byte[] pixels = image.pixels();
    for (int i = channel, n = image.length(), step = image.channels(); i < n; i += step) {
      counts[pixels[i] & 0xff]++;
    }
  }

  /** Replaces each value by the entry of the table's second half. */
  private static void mapChannel(Image image, int channel, int[] table) {
    byte[] pixels = image.pixels();
    for (int i = channel, n = image.length(), step = image.channels(); i < n; i += step) {
      pixels[i] = (byte) table[LEVELS + (pixels[i] & 0xff)];
    }
  }

  private static int clamp(int value) {
    return Math.min(255, Math.max(0, value));
  }
}
