package dev.eman.datasets.image;

/** Makes red, green and blue of a TIFF's samples, with Pillow's arithmetic. */
final class TiffColors {
  private static final int WHITE_IS_ZERO = 0;
  private static final int BLACK_IS_ZERO = 1;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int CMYK = 5;
  private static final int ASSOCIATED_ALPHA = 1;

  private final int kind;
  private final int samples;

  /** The largest value of a sample. */
  private final int most;

  /** Red, green and blue of each index; empty without a palette. */
  private final byte[] palette;

  /** Whether colors have been multiplied by the sample behind them. */
  private final boolean multiplied;

  private TiffColors(int kind, int samples, int most, byte[] palette, boolean multiplied) {
    this.kind = kind;
    this.samples = samples;
    this.most = most;
    this.palette = palette;
    this.multiplied = multiplied;
  }

  /**
   * Reads what the samples mean.
   *
   * @throws IllegalArgumentException if it is another kind
   */
  static TiffColors of(TiffDirectory directory, TiffLayout layout) {
    int kind = directory.value(TiffDirectory.COLORS, BLACK_IS_ZERO);
    int least =
        switch (kind) {
          case WHITE_IS_ZERO, BLACK_IS_ZERO, PALETTE -> 1;
          case RGB -> 3;
          case CMYK -> 4;
          default -> Integer.MAX_VALUE;
        };
    boolean shallow = layout.bits() < 8 && least > 1;
    if (layout.samples() < least || shallow || (kind == PALETTE && layout.bits() > 8)) {
      throw new IllegalArgumentException(
          "expected a TIFF in gray, RGB, CMYK or with a palette, found colors of kind "
              + kind
              + "; convert it to PNG");
    }
    int most = layout.bits() >= 8 ? 255 : (1 << layout.bits()) - 1;
    byte[] palette = new byte[kind == PALETTE ? 3 * (most + 1) : 0];
    for (int i = 0; i < palette.length; i++) { // All reds come first, of 16 bits.
      int place = i % 3 * (most + 1) + i / 3;
      palette[i] = (byte) (directory.require(TiffDirectory.PALETTE, place) >> 8);
    }
    boolean multiplied =
        kind == RGB
            && layout.samples() == 4
            && directory.value(TiffDirectory.EXTRA_SAMPLES, 0) == ASSOCIATED_ALPHA;
    return new TiffColors(kind, layout.samples(), most, palette, multiplied);
  }

  /** Writes a row of pixels. */
  void write(int[] values, int pixels, byte[] to, int at) {
    int place = at;
    for (int i = 0; i < pixels; i++, place += 3) {
      int from = i * samples;
      switch (kind) {
        case PALETTE -> System.arraycopy(palette, 3 * values[from], to, place, 3);
        case RGB -> {
          for (int c = 0; c < 3; c++) {
            int value = values[from + c];
            to[place + c] = (byte) (multiplied ? divided(value, values[from + 3]) : value);
          }
        }
        case CMYK -> {
          int light = 255 - values[from + 3];
          for (int c = 0; c < 3; c++) {
            int product = values[from + c] * light + 128;
            to[place + c] = (byte) (light - (((product >> 8) + product) >> 8));
          }
        }
        default -> {
          int gray = values[from] * (255 / most);
          byte value = (byte) (kind == WHITE_IS_ZERO ? 255 - gray : gray);
          to[place] = value;
          to[place + 1] = value;
          to[place + 2] = value;
        }
      }
    }
  }

  private static int divided(int value, int alpha) {
    return alpha == 0 ? 0 : Math.min(255, value * 255 / alpha);
  }
}
