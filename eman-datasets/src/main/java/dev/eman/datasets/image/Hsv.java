package dev.eman.datasets.image;

/** Hue, saturation and value as bytes, with Pillow's rounding. */
final class Hsv {
  private Hsv() {}

  /** Adds {@code turn}/256 of the colour circle to the hue of the pixel at {@code at}. */
  static void shiftHueInPlace(byte[] pixels, int at, int turn) {
    int red = pixels[at] & 0xff;
    int green = pixels[at + 1] & 0xff;
    int blue = pixels[at + 2] & 0xff;
    int value = Math.max(red, Math.max(green, blue));
    int range = value - Math.min(red, Math.min(green, blue));
    if (range == 0) {
      return; // Gray has no hue.
    }
    float span = range;
    float toRed = (value - red) / span;
    float toGreen = (value - green) / span;
    float toBlue = (value - blue) / span;
    float sector;
    if (red == value) {
      sector = toBlue - toGreen;
    } else if (green == value) {
      sector = (float) (2.0 + toRed - toBlue);
    } else {
      sector = (float) (4.0 + toGreen - toRed);
    }
    // In single precision where Pillow is: its bytes are cut off, so that the last bit counts.
    double around = sector / 6.0 + 1.0; // Below 2.
    float turns = (float) (around >= 1.0 ? around - 1.0 : around);
    int hue = ((int) (turns * 255.0) + turn) & 0xff;
    int saturation = (int) (span / value * 255.0);
    write(pixels, at, hue, saturation, value);
  }

  private static void write(byte[] pixels, int at, int hue, int saturation, int value) {
    if (saturation == 0) {
      pixels[at] = (byte) value;
      pixels[at + 1] = (byte) value;
      pixels[at + 2] = (byte) value;
      return;
    }
    int sector = (int) (float) (hue * 6.0 / 255.0);
    float within = (float) (hue * 6.0 / 255.0 - sector);
    float amount = (float) (saturation / 255.0);
    byte full = (byte) value;
    byte low = rounded(value * (1.0 - amount));
    byte falling = rounded(value * (1.0 - amount * within));
    byte rising = rounded(value * (1.0 - amount * (1.0 - within)));
    switch (sector % 6) {
      case 0 -> set(pixels, at, full, rising, low);
      case 1 -> set(pixels, at, falling, full, low);
      case 2 -> set(pixels, at, low, full, rising);
      case 3 -> set(pixels, at, low, falling, full);
      case 4 -> set(pixels, at, rising, low, full);
      default -> set(pixels, at, full, low, falling);
    }
  }

  /** What Math.round gives here, in less time. */
  private static byte rounded(double value) {
    return (byte) (int) (value + 0.5);
  }

  private static void set(byte[] pixels, int at, byte red, byte green, byte blue) {
    pixels[at] = red;
    pixels[at + 1] = green;
    pixels[at + 2] = blue;
  }
}
