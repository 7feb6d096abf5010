package dev.eman.datasets.image;

/**
 * How the samples of a TIFF's pixels lie in the file.
 *
 * @param width in pixels
 * @param height in pixels
 * @param bits of a sample: 1, 2, 4, 8 or 16
 * @param samples of a pixel
 * @param planes 1 if a pixel's samples lie together, else one for each sample
 * @param compression its number
 * @param predicted whether samples are stored as differences from the one to the left
 * @param bigEndian whether samples of 16 bits begin with the higher byte
 * @param tiled whether chunks are tiles, not strips
 * @param chunkWidth of a strip or tile in pixels
 * @param chunkHeight of a strip or tile in pixels
 */
record TiffLayout(
    int width,
    int height,
    int bits,
    int samples,
    int planes,
    int compression,
    boolean predicted,
    boolean bigEndian,
    boolean tiled,
    int chunkWidth,
    int chunkHeight) {
  private static final int MOST_SAMPLES = 8;
  private static final int UNSIGNED = 1;
  private static final int SEPARATE = 2;
  private static final int DIFFERENCES = 2;

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException for a kind that is not read, or impossible values
   */
  static TiffLayout of(TiffDirectory directory) {
    int width = directory.require(TiffDirectory.WIDTH, 0);
    int height = directory.require(TiffDirectory.HEIGHT, 0);
    ImageSize.check(width, height);
    int samples = directory.value(TiffDirectory.SAMPLES, 1);
    int bits = directory.value(TiffDirectory.BITS, 1);
    int predictor = directory.value(TiffDirectory.PREDICTOR, 1);
    int order = directory.value(TiffDirectory.FILL_ORDER, 1);
    boolean equal = samples >= 1 && samples <= MOST_SAMPLES;
    for (int i = 1; equal && i < Math.min(samples, directory.count(TiffDirectory.BITS)); i++) {
      equal = directory.require(TiffDirectory.BITS, i) == bits;
    }
    boolean known = bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
    boolean predicted = predictor == DIFFERENCES && bits >= 8;
    if (!equal
        || !known
        || order != 1
        || directory.value(TiffDirectory.SAMPLE_FORMAT, UNSIGNED) != UNSIGNED
        || (predictor != 1 && !predicted)) {
      throw new IllegalArgumentException(
          "expected a TIFF of up to 8 samples a pixel, all of 1, 2, 4, 8 or 16 bits without a sign,"
              + " found another kind; convert it to PNG");
    }
    boolean tiled = directory.count(TiffDirectory.TILES) > 0;
    int chunkWidth = tiled ? directory.require(TiffDirectory.TILE_WIDTH, 0) : width;
    int rows =
        tiled
            ? directory.require(TiffDirectory.TILE_HEIGHT, 0)
            : directory.valueAtMost(TiffDirectory.ROWS_OF_STRIP, height); // Often 2^32 - 1.
    ImageSize.check(chunkWidth, rows);
    boolean separate = directory.value(TiffDirectory.PLANAR, 1) == SEPARATE;
    return new TiffLayout(
        width,
        height,
        bits,
        samples,
        separate ? samples : 1,
        directory.value(TiffDirectory.COMPRESSION, 1),
        predicted,
        directory.isBigEndian(),
        tiled,
        chunkWidth,
        rows);
  }

  int places() {
    return tiled ? TiffDirectory.TILES : TiffDirectory.STRIPS;
  }

  int sizes() {
    return tiled ? TiffDirectory.TILE_SIZES : TiffDirectory.STRIP_SIZES;
  }

  int chunksAcross() {
    return (width + chunkWidth - 1) / chunkWidth;
  }

  int chunksDown() {
    return (height + chunkHeight - 1) / chunkHeight;
  }

  /** How many rows a chunk has that is the y-th from the top; tiles are always whole. */
  int rowsOf(int y) {
    return tiled ? chunkHeight : Math.min(chunkHeight, height - y * chunkHeight);
  }

  /** Bytes of a row of so many pixels in one plane. */
  long rowBytes(int pixels) {
    return ((long) pixels * bits * samples / planes + 7) / 8;
  }

  /** Makes samples of differences, in a row. */
  void addDifferences(byte[] chunk, int from, int bytes) {
    int together = samples / planes;
    if (bits == 8) {
      for (int i = from + together; i < from + bytes; i++) {
        chunk[i] += chunk[i - together];
      }
      return;
    }
    for (int i = from + 2 * together; i + 1 < from + bytes; i += 2) {
      int sum = sample16(chunk, i) + sample16(chunk, i - 2 * together);
      chunk[i] = (byte) (bigEndian ? sum >> 8 : sum);
      chunk[i + 1] = (byte) (bigEndian ? sum : sum >> 8);
    }
  }

  /**
   * Takes the samples of a row apart, as they are but for 16 bits, of which the higher 8 are taken.
   *
   * @param into {@code [W, samples]}; only one plane's samples are set
   */
  void unpack(byte[] chunk, int from, int pixels, int plane, int[] into) {
    int together = samples / planes;
    for (int i = 0; i < pixels * together; i++) {
      int value;
      if (bits == 16) {
        value = sample16(chunk, from + 2 * i) >> 8;
      } else {
        int bit = i * bits;
        value = (chunk[from + bit / 8] >> (8 - bits - bit % 8)) & ((1 << bits) - 1);
      }
      into[planes == 1 ? i : i * samples + plane] = value;
    }
  }

  private int sample16(byte[] chunk, int at) {
    int first = chunk[at] & 0xff;
    int second = chunk[at + 1] & 0xff;
    return bigEndian ? (first << 8) | second : (second << 8) | first;
  }
}
