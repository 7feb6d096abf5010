package dev.eman.datasets.image;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decodes the first image of a TIFF file (TIFF 6.0): gray, RGB, CMYK or with a palette, in strips
 * or tiles, plain or compressed by LZW, Deflate or PackBits, 1 to 16 bits. What was compressed as
 * for a fax or as JPEG is refused.
 */
final class TiffDecoder {
  private static final int PLAIN = 1;
  private static final int LZW = 5;
  private static final int DEFLATE = 8;
  private static final int OLD_DEFLATE = 32946;
  private static final int PACK_BITS = 32773;

  /** The largest ratio of compression, Deflate's and LZW's. */
  private static final int STRONGEST = 4096;

  private final byte[] data;
  private final int length;
  private final TiffDirectory directory;
  private final TiffLayout layout;
  private final Inflater inflater = new Inflater();

  private TiffDecoder(byte[] data, int length) {
    this.data = data;
    this.length = length;
    directory = TiffDirectory.open(data, 0, length);
    layout = TiffLayout.of(directory);
  }

  /**
   * Decodes an image.
   *
   * @param into overwritten, with 3 channels
   * @return the orientation that it notes
   * @throws IllegalArgumentException saying what is wrong with the file
   */
  static ExifOrientation decode(byte[] data, int length, Image into) {
    TiffDecoder decoder = new TiffDecoder(data, length);
    try {
      decoder.decode(into);
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("its pixels are damaged: " + e.getMessage(), e);
    } finally {
      decoder.inflater.end();
    }
    return ExifReader.tiff(data, 0, length);
  }

  private void decode(Image into) throws DataFormatException {
    long whole = layout.rowBytes(layout.width()) * layout.height();
    long one = layout.rowBytes(layout.chunkWidth()) * layout.chunkHeight();
    long pixels = (long) layout.width() * layout.height();
    long most = Math.max(pixels, Math.max(whole, one) * layout.planes());
    if (most / STRONGEST > length) {
      throw ImageSize.tooFewBytes(layout.width(), layout.height(), length);
    }
    TiffColors colors = TiffColors.of(directory, layout);
    into.reset(layout.width(), layout.height(), 3);
    int across = layout.chunksAcross();
    int down = layout.chunksDown();
    byte[] chunk = new byte[Math.toIntExact(one)];
    int[] samples = new int[layout.chunkWidth() * layout.samples()];
    byte[][] planes = new byte[layout.planes()][];
    Arrays.setAll(planes, i -> i == 0 ? chunk : new byte[chunk.length]);
    for (int y = 0; y < down; y++) {
      for (int x = 0; x < across; x++) {
        for (int p = 0; p < planes.length; p++) {
          readChunk((p * down + y) * across + x, planes[p], layout.rowsOf(y));
        }
        copy(planes, x * layout.chunkWidth(), y * layout.chunkHeight(), samples, colors, into);
      }
    }
  }

  private void readChunk(int number, byte[] chunk, int rows) throws DataFormatException {
    int from = directory.require(layout.places(), number);
    int size = directory.require(layout.sizes(), number);
    if ((long) from + size > length) {
      throw TiffDirectory.damaged();
    }
    int rowBytes = Math.toIntExact(layout.rowBytes(layout.chunkWidth()));
    int needed = rows * rowBytes;
    int found =
        switch (layout.compression()) {
          case PLAIN -> {
            System.arraycopy(data, from, chunk, 0, Math.min(size, needed));
            yield size;
          }
          case LZW -> LzwDecoder.tiff(data, from, from + size, chunk, needed);
          case DEFLATE, OLD_DEFLATE -> inflate(from, size, chunk, needed);
          case PACK_BITS -> unpack(from, from + size, chunk, needed);
          default ->
              throw new IllegalArgumentException(
                  "expected a TIFF that is plain or compressed by LZW, Deflate or PackBits, found"
                      + " compression "
                      + layout.compression()
                      + "; convert it to PNG");
        };
    if (found < needed) {
      throw new IllegalArgumentException("the file is truncated: its pixels end early");
    }
    if (layout.predicted()) {
      for (int y = 0; y < rows; y++) {
        layout.addDifferences(chunk, y * rowBytes, rowBytes);
      }
    }
  }

  private int inflate(int from, int size, byte[] chunk, int needed) throws DataFormatException {
    inflater.reset();
    inflater.setInput(data, from, size);
    int found = 0;
    while (found < needed) {
      int more = inflater.inflate(chunk, found, needed - found);
      if (more == 0) {
        break;
      }
      found += more;
    }
    return found;
  }

  private int unpack(int from, int end, byte[] chunk, int needed) {
    int to = 0;
    int at = from;
    while (at + 1 < end && to < needed) {
      int count = data[at++];
      if (count >= 0) {
        int n = Math.min(Math.min(count + 1, end - at), needed - to);
        System.arraycopy(data, at, chunk, to, n);
        at += n;
        to += n;
      } else if (count > -128) {
        int n = Math.min(1 - count, needed - to);
        Arrays.fill(chunk, to, to + n, data[at++]);
        to += n;
      }
    }
    return to;
  }

  private void copy(
      byte[][] planes, int left, int top, int[] samples, TiffColors colors, Image into) {
    int width = Math.min(layout.chunkWidth(), layout.width() - left);
    int height = Math.min(layout.chunkHeight(), layout.height() - top);
    int rowBytes = Math.toIntExact(layout.rowBytes(layout.chunkWidth()));
    for (int y = 0; y < height; y++) {
      for (int p = 0; p < planes.length; p++) {
        layout.unpack(planes[p], y * rowBytes, width, p, samples);
      }
      colors.write(samples, width, into.pixels(), ((top + y) * layout.width() + left) * 3);
    }
  }
}
