package dev.eman.datasets.image;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image as unsigned bytes {@code [H, W, C]}, rows from the top, one or three (red, green, blue)
 * values a pixel. It is a buffer to be used again: it grows to the largest image it has held and
 * then allocates nothing. An operation that cannot work in place writes to {@link #spare} and calls
 * {@link #swap}. Not safe for use by several threads at once.
 *
 * <p>A decoder may hold only a part of the original, at reduced scale ({@link #setOrigin}); {@link
 * #originalWidth} and {@link #originalHeight} tell the size that the file has.
 */
public final class Image {
  private byte[] pixels = new byte[0];
  private byte[] spare = new byte[0];
  private int[] integers = new int[0];
  private long[] longs = new long[0];
  private int width;
  private int height;
  private int channels;
  private int originX;
  private int originY;
  private int reduction = 1;
  private int originalWidth;
  private int originalHeight;
  private @Nullable List<String> trace;
  private ImmutableList<String> warnings = ImmutableList.of();
  private boolean turned;

  /** An empty buffer. */
  public Image() {}

  /**
   * An image of given pixels.
   *
   * @param pixels unsigned bytes {@code [H, W, C]}; copied
   */
  public static Image of(byte[] pixels, int width, int height, int channels) {
    checkArgument(
        pixels.length == width * height * channels,
        "pixels: expected [%s, %s, %s], got %s bytes",
        height,
        width,
        channels,
        pixels.length);
    Image image = new Image();
    image.reset(width, height, channels);
    System.arraycopy(pixels, 0, image.pixels, 0, pixels.length);
    return image;
  }

  /**
   * Makes this a whole image of the given size, whose pixels the caller writes to {@link #pixels};
   * until then they are undefined. Forgets the trace's entries.
   */
  public void reset(int newWidth, int newHeight, int newChannels) {
    checkShape(newWidth, newHeight, newChannels);
    pixels = atLeast(pixels, newWidth * newHeight * newChannels);
    width = newWidth;
    height = newHeight;
    channels = newChannels;
    setOrigin(0, 0, 1, newWidth, newHeight);
    warnings = ImmutableList.of();
    turned = false;
    if (trace != null) {
      trace.clear();
    }
  }

  /**
   * Says that the pixels are a part of a larger image at reduced scale.
   *
   * @param x the left edge, in pixels of the reduced image
   * @param y the upper edge, in pixels of the reduced image
   * @param denominator 1, 2, 4 or 8
   * @param fullWidth of the original
   * @param fullHeight of the original
   */
  public void setOrigin(int x, int y, int denominator, int fullWidth, int fullHeight) {
    originX = x;
    originY = y;
    reduction = denominator;
    originalWidth = fullWidth;
    originalHeight = fullHeight;
  }

  /** Becomes a copy of another image, with its origin and without its trace. */
  public void copyFrom(Image other) {
    reset(other.width, other.height, other.channels);
    System.arraycopy(other.pixels, 0, pixels, 0, other.length());
    setOrigin(
        other.originX, other.originY, other.reduction, other.originalWidth, other.originalHeight);
  }

  /** The pixels {@code [H, W, C]}, writable; at least {@link #length} bytes, often more. */
  public byte[] pixels() {
    return pixels;
  }

  /**
   * A second buffer, of undefined content.
   *
   * @param length the least number of bytes wanted
   */
  public byte[] spare(int length) {
    spare = atLeast(spare, length);
    return spare;
  }

  /**
   * Makes the second buffer the image, a whole one of the given size; the pixels become the second
   * buffer.
   */
  public void swap(int newWidth, int newHeight, int newChannels) {
    checkShape(newWidth, newHeight, newChannels);
    checkArgument(
        spare.length >= newWidth * newHeight * newChannels,
        "swap: expected the spare buffer to hold [%s, %s, %s], it has %s bytes",
        newHeight,
        newWidth,
        newChannels,
        spare.length);
    byte[] former = pixels;
    pixels = spare;
    spare = former;
    width = newWidth;
    height = newHeight;
    channels = newChannels;
    setOrigin(0, 0, 1, newWidth, newHeight);
  }

  /** Says how many values a pixel has, after a change in place that leaves size and origin. */
  void setChannels(int newChannels) {
    checkShape(width, height, newChannels);
    channels = newChannels;
  }

  /** Scratch memory of undefined content, at least {@code length} long. */
  public int[] integers(int length) {
    if (integers.length < length) {
      integers = new int[grown(length)];
    }
    return integers;
  }

  /** Scratch memory of undefined content, at least {@code length} long. */
  long[] longs(int length) {
    if (longs.length < length) {
      longs = new long[grown(length)];
    }
    return longs;
  }

  /** One value, 0 to 255. */
  public int get(int x, int y, int channel) {
    checkArgument(
        x >= 0 && x < width && y >= 0 && y < height && channel >= 0 && channel < channels,
        "pixel: expected x below %s, y below %s, channel below %s, got %s, %s, %s",
        width,
        height,
        channels,
        x,
        y,
        channel);
    return pixels[(y * width + x) * channels + channel] & 0xff;
  }

  /** The pixels {@code [H, W, C]} as a new array. */
  public byte[] toByteArray() {
    return Arrays.copyOf(pixels, length());
  }

  /** How many bytes of {@link #pixels} are in use: height times width times channels. */
  public int length() {
    return width * height * channels;
  }

  /** The width in pixels. */
  public int width() {
    return width;
  }

  /** The height in pixels. */
  public int height() {
    return height;
  }

  /** 1 for gray, 3 for red, green and blue. */
  public int channels() {
    return channels;
  }

  /** The left edge within the original, in pixels of the reduced image. */
  public int originX() {
    return originX;
  }

  /** The upper edge within the original, in pixels of the reduced image. */
  public int originY() {
    return originY;
  }

  /** How much smaller than the original the pixels are: 1, 2, 4 or 8. */
  public int reduction() {
    return reduction;
  }

  /** The width of the image that this is a part of. */
  public int originalWidth() {
    return originalWidth;
  }

  /** The height of the image that this is a part of. */
  public int originalHeight() {
    return originalHeight;
  }

  /** Whether this is the whole of the original, at its scale. */
  public boolean isWhole() {
    return reduction == 1 && width == originalWidth && height == originalHeight;
  }

  /**
   * What was irregular in the file that this was decoded from, though its pixels were not taken for
   * damaged; empty for a sound file.
   */
  public ImmutableList<String> warnings() {
    return warnings;
  }

  /** Sets what {@link #warnings} are until the next {@link #reset}. */
  void setWarnings(ImmutableList<String> newWarnings) {
    warnings = newWarnings;
  }

  /**
   * Whether this was turned or mirrored in decoding, as its file says ({@link Orientation#EXIF}).
   */
  public boolean isTurned() {
    return turned;
  }

  /** Notes that this was turned, until the next {@link #reset}. */
  void setTurned() {
    turned = true;
  }

  /** From now on keeps what operations say of themselves; for pictures and debugging. */
  public void startTrace() {
    trace = new ArrayList<>();
  }

  /** Whether operations should say what they do. */
  public boolean isTraced() {
    return trace != null;
  }

  /** Adds a line to the trace; without one, nothing happens. */
  public void trace(String operation) {
    if (trace != null) {
      trace.add(operation);
    }
  }

  /** What was done to this image, in order; empty without a trace. */
  public List<String> operations() {
    return trace == null ? List.of() : List.copyOf(trace);
  }

  @Override
  public String toString() {
    return "image [" + height + ", " + width + ", " + channels + "]";
  }

  private static void checkShape(int width, int height, int channels) {
    checkArgument(
        width > 0
            && height > 0
            && (channels == 1 || channels == 3)
            && (long) width * height * channels < Integer.MAX_VALUE - 16,
        "image: expected a positive size and 1 or 3 channels, got [%s, %s, %s]",
        height,
        width,
        channels);
  }

  private static byte[] atLeast(byte[] array, int length) {
    return array.length >= length ? array : new byte[grown(length)];
  }

  /** Some room to spare, so that images of many sizes soon need no more. */
  private static int grown(int length) {
    return (int) Math.min(Integer.MAX_VALUE - 16L, (long) length + (length >> 2) + 16);
  }
}
