package dev.eman.datasets.reader;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * Images of one size, uncompressed, one after another in files or memory. Plain files are mapped,
 * so that opening reads nothing but labels and the system's cache is the only copy.
 *
 * <p>The fingerprint covers shape, labels and pixels: all of them up to 512 MiB, 4,096 images
 * evenly spread where there is more.
 */
final class RecordDataset implements ImageDataset {
  private static final long ALL_BELOW = 512L << 20;
  private static final int SAMPLED = 4096;

  /** How the values of an image follow each other. */
  enum Layout {
    /** {@code [H, W, C]}. */
    INTERLEAVED,
    /** {@code [C, H, W]}. */
    PLANAR,
    /** {@code [C, W, H]}: a channel is stored column by column. */
    COLUMN_PLANAR
  }

  /** The size of every image. */
  record Shape(int height, int width, int channels) {
    int bytes() {
      return height * width * channels;
    }
  }

  /** Images in one piece of memory: image i begins at {@code offset + i * stride}. */
  record Segment(ByteBuffer bytes, int offset, int stride, int count) {}

  private final String name;
  private final ImmutableList<String> classNames;
  private final Shape shape;
  private final Layout layout;
  private final ImmutableList<Segment> segments;

  /** One for each image; empty if they have none. */
  private final byte[] labels;

  private final int size;
  private final Supplier<String> fingerprint = Suppliers.memoize(this::computeFingerprint);

  /**
   * Checks nothing: that is the readers' part.
   *
   * @param labels from 0, one for each image, or none at all
   */
  RecordDataset(
      String name,
      ImmutableList<String> classNames,
      Shape shape,
      Layout layout,
      ImmutableList<Segment> segments,
      byte[] labels) {
    this.name = name;
    this.classNames = classNames;
    this.shape = shape;
    this.layout = layout;
    this.segments = segments;
    this.labels = labels;
    size = segments.stream().mapToInt(Segment::count).sum();
    checkArgument(
        labels.length == 0 || labels.length == size,
        "labels: expected %s, got %s",
        size,
        labels.length);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public ImmutableList<String> classNames() {
    return classNames;
  }

  @Override
  public int channels() {
    return shape.channels();
  }

  @Override
  public int label(int index) {
    checkElementIndex(index, size);
    return labels.length == 0 ? UNLABELED : labels[index] & 0xff;
  }

  @Override
  public String imageName(int index) {
    checkElementIndex(index, size);
    return name + "#" + index;
  }

  @Override
  public void read(int index, DecodePlan plan, Image into) {
    checkElementIndex(index, size);
    int length = shape.bytes();
    into.reset(shape.width(), shape.height(), shape.channels());
    if (layout == Layout.INTERLEAVED || (layout == Layout.PLANAR && shape.channels() == 1)) {
      copy(index, into.pixels(), length);
      return;
    }
    byte[] planes = into.spare(length);
    copy(index, planes, length);
    if (layout == Layout.PLANAR) {
      interleave(planes, into.pixels());
    } else {
      transpose(planes, into.pixels());
    }
  }

  @Override
  public String fingerprint() {
    return fingerprint.get();
  }

  @Override
  public String toString() {
    return name + " (" + size + " images of " + shape.width() + "x" + shape.height() + ")";
  }

  private void copy(int index, byte[] into, int length) {
    int i = index;
    int s = 0;
    while (i >= segments.get(s).count()) {
      i -= segments.get(s).count();
      s++;
    }
    Segment segment = segments.get(s);
    segment.bytes().get(segment.offset() + i * segment.stride(), into, 0, length);
  }

  private void interleave(byte[] planes, byte[] pixels) {
    int channels = shape.channels();
    int plane = shape.height() * shape.width();
    for (int c = 0; c < channels; c++) {
      for (int i = 0, from = c * plane, to = c; i < plane; i++, from++, to += channels) {
        pixels[to] = planes[from];
      }
    }
  }

  private void transpose(byte[] planes, byte[] pixels) {
    int from = 0;
    for (int c = 0; c < shape.channels(); c++) {
      for (int x = 0; x < shape.width(); x++) {
        for (int y = 0; y < shape.height(); y++) {
          pixels[(y * shape.width() + x) * shape.channels() + c] = planes[from++];
        }
      }
    }
  }

  private String computeFingerprint() {
    Hasher hasher = Hashing.sha256().newHasher();
    hasher.putInt(shape.height()).putInt(shape.width()).putInt(shape.channels()).putInt(size);
    hasher.putBytes(labels);
    int step = (long) size * shape.bytes() <= ALL_BELOW ? 1 : Math.max(1, size / SAMPLED);
    // A CRC of the image as read, whatever the file's layout, runs at memory speed.
    CRC32C crc = new CRC32C();
    Image image = new Image();
    for (int i = 0; i < size; i += step) {
      read(i, image);
      crc.reset();
      crc.update(image.pixels(), 0, shape.bytes());
      hasher.putInt((int) crc.getValue());
    }
    return hasher.hash().toString().substring(0, 32);
  }
}
