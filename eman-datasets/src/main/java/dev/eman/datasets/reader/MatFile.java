package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.io.ByteStreams;
import com.google.common.io.LittleEndianDataInputStream;
import com.google.common.math.LongMath;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.DatasetException;
import java.io.BufferedInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Arrays of whole numbers from 0 to 255 in a MATLAB file of level 5, which is what {@code save}
 * writes by default and with {@code -v6} or {@code -v7}, in either byte order, plain or compressed.
 * Everything else in a file is passed over.
 *
 * <p>A reader of its own, as the library for such files (MFL) allocates what headers claim; here
 * nothing is allocated that the file cannot hold, and an array is decompressed into its only copy,
 * outside of the heap, or to where {@link MatCache} maps it from.
 */
final class MatFile {
  private static final int HEADER = 128;
  private static final int BUFFER = 1 << 16;
  private static final int MOST_DIMENSIONS = 8;
  private static final int LONGEST_NAME = 1024;

  private static final int INT8 = 1;
  private static final int INT32 = 5;
  private static final int UINT32 = 6;
  private static final int MATRIX = 14;
  private static final int COMPRESSED = 15;

  /** In the array flags: complex numbers. */
  private static final int COMPLEX = 0x800;

  /** The first and the last class of numeric arrays: double to unsigned 64-bit. */
  private static final int FIRST_NUMERIC = 6;

  private static final int LAST_NUMERIC = 15;

  /**
   * An array.
   *
   * @param dimensions at least two
   * @param values an unsigned byte for each, the first dimension fastest
   */
  record Numbers(ImmutableIntArray dimensions, ByteBuffer values) {}

  /** Takes the values of arrays, one array after another. */
  @FunctionalInterface
  interface Receiver {
    /**
     * Begins with an array.
     *
     * @param dimensions at least two, whose product is the count
     * @return takes an unsigned byte for each value, the first dimension fastest; not closed
     */
    OutputStream receive(String name, ImmutableIntArray dimensions, int count) throws IOException;
  }

  /** What comes before a value: its type, and its length in bytes. */
  private record Tag(int type, long length, boolean small) {
    /** Values fill multiples of 8 bytes, small ones 4 bytes behind their tag. */
    int padding() {
      return small ? (int) (4 - length) : (int) (-length & 7);
    }
  }

  private final Path file;
  private final ImmutableSet<String> names;
  private final Receiver receiver;
  private final Set<String> found = new LinkedHashSet<>();
  private boolean littleEndian;

  private MatFile(Path file, ImmutableSet<String> names, Receiver receiver) {
    this.file = file;
    this.names = names;
    this.receiver = receiver;
  }

  /**
   * Reads some arrays into memory outside of the heap.
   *
   * @param names of the arrays
   * @return all of them
   * @throws DatasetException if the file is missing, another one or damaged, lacks one of the
   *     arrays, or has other numbers in it
   */
  static ImmutableMap<String, Numbers> read(Path file, ImmutableSet<String> names) {
    Map<String, Numbers> arrays = new LinkedHashMap<>();
    read(
        file,
        names,
        (name, dimensions, count) -> {
          ByteBuffer values = ByteBuffer.allocateDirect(count);
          arrays.put(name, new Numbers(dimensions, values));
          return new Filling(values.duplicate());
        });
    return ImmutableMap.copyOf(arrays);
  }

  /**
   * Reads some arrays, each whole before the next one.
   *
   * @param names of the arrays
   * @param receiver of all of them
   * @throws DatasetException as {@link #read(Path, ImmutableSet)}; some may have been received then
   */
  static void read(Path file, ImmutableSet<String> names, Receiver receiver) {
    RecordFiles.reading(
        file,
        () -> {
          try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            new MatFile(file, names, receiver).read(in, Files.size(file));
            return names;
          }
        });
  }

  /** Fills a buffer. */
  private static final class Filling extends OutputStream {
    private final ByteBuffer values;

    Filling(ByteBuffer values) {
      this.values = values;
    }

    @Override
    public void write(int value) {
      values.put((byte) value);
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
      values.put(bytes, from, count);
    }
  }

  private void read(InputStream in, long size) throws IOException {
    readHeader(in.readNBytes(HEADER));
    long at = HEADER;
    while (at < size) {
      Tag tag = tag(in);
      at += 8;
      if (tag.small() || tag.length() > size - at) {
        throw damaged(
            "an array of at most %d bytes at byte %d, found one of %d; it is truncated",
            size - at, at, tag.length());
      }
      InputStream element = ByteStreams.limit(in, tag.length());
      readElement(tag, element);
      ByteStreams.exhaust(element);
      at += tag.length();
    }
    if (!found.containsAll(names)) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected numeric arrays named %s, found %s; it is another file, or truncated",
              file,
              String.join(" and ", names),
              found.isEmpty() ? "none of them" : "only " + String.join(", ", found)));
    }
  }

  private void readHeader(byte[] header) {
    String text = new String(header, StandardCharsets.ISO_8859_1);
    String order = header.length == HEADER ? text.substring(HEADER - 2) : "";
    if (text.startsWith("MATLAB 7.3")) {
      throw new DatasetException(
          file
              + ": expected a MATLAB file of level 5, found one of version 7.3, which is HDF5; save"
              + " it with -v7");
    }
    if (!order.equals("IM") && !order.equals("MI")) {
      throw new DatasetException(
          file
              + ": expected a MATLAB file of level 5, with IM or MI at byte 126, found another"
              + " file; fetch it again");
    }
    littleEndian = order.equals("IM");
  }

  private void readElement(Tag tag, InputStream element) throws IOException {
    if (tag.type() == MATRIX) {
      readArray(element, tag.length());
    } else if (tag.type() == COMPRESSED) {
      Inflater inflater = new Inflater();
      try {
        readCompressed(
            new InflaterInputStream(element, inflater, BUFFER),
            RecordFiles.mostUnpacked(tag.length()));
      } finally {
        inflater.end();
      }
    } else {
      throw damaged("an array, found an element of type %d", tag.type());
    }
  }

  private void readCompressed(InputStream inflated, long most) throws IOException {
    Tag tag = tag(inflated);
    if (tag.type() != MATRIX || tag.small() || tag.length() > most) {
      throw damaged(
          "a compressed array of at most %d bytes, found type %d and %d bytes",
          most, tag.type(), tag.length());
    }
    // The end has the checksum.
    if (readArray(ByteStreams.limit(inflated, tag.length()), tag.length())
        && inflated.read() >= 0) {
      throw damaged("the end of a compressed array after %d bytes, found more", tag.length());
    }
  }

  /** Whether it was one of the arrays asked for; else its end has not been read. */
  private boolean readArray(InputStream array, long length) throws IOException {
    ByteBuffer flags = small(array, UINT32, 8);
    int kind = flags.getInt() & 0xfff;
    if ((kind & 0xff) < FIRST_NUMERIC || (kind & 0xff) > LAST_NUMERIC) {
      return false;
    }
    ByteBuffer sizes = small(array, INT32, 4 * MOST_DIMENSIONS);
    ImmutableIntArray.Builder dimensions = ImmutableIntArray.builder();
    while (sizes.remaining() >= 4) {
      dimensions.add(sizes.getInt());
    }
    ByteBuffer text = small(array, INT8, LONGEST_NAME);
    String name = StandardCharsets.ISO_8859_1.decode(text).toString();
    if (!names.contains(name)) {
      return false;
    }
    if ((kind & COMPLEX) != 0 || found.contains(name)) {
      throw damaged(
          "one array of real numbers named %s, found %s",
          name, found.contains(name) ? "two" : "complex numbers");
    }
    readNumbers(array, length, name, dimensions.build());
    found.add(name);
    return true;
  }

  private void readNumbers(InputStream array, long most, String name, ImmutableIntArray dimensions)
      throws IOException {
    long count =
        dimensions.stream()
            .mapToLong(Integer::toUnsignedLong)
            .reduce(1, LongMath::saturatedMultiply);
    Tag tag = tag(array);
    int width = MatNumbers.width(tag.type());
    if (dimensions.length() < 2
        || width == 0
        || tag.length() > most
        || LongMath.saturatedMultiply(count, width) != tag.length()
        || count > Integer.MAX_VALUE - 64) {
      throw damaged(
          "numbers of the array %s, of sizes %s, found %d bytes of type %d",
          name, dimensions, tag.length(), tag.type());
    }
    OutputStream into = receiver.receive(name, dimensions, (int) count);
    @Nullable String wrong = MatNumbers.read(data(array), tag.type(), (int) count, into);
    if (wrong != null) {
      throw damaged("whole numbers from 0 to 255 in the array %s, found %s", name, wrong);
    }
    ByteStreams.exhaust(array); // Padding.
  }

  /** A value of few bytes, in the file's byte order. */
  private ByteBuffer small(InputStream in, int type, int most) throws IOException {
    Tag tag = tag(in);
    if (tag.type() != type || tag.length() > most) {
      throw damaged(
          "at most %d bytes of type %d, found %d of type %d", most, type, tag.length(), tag.type());
    }
    byte[] bytes = new byte[(int) tag.length()];
    data(in).readFully(bytes);
    in.skipNBytes(tag.padding());
    return ByteBuffer.wrap(bytes)
        .order(littleEndian ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
  }

  private Tag tag(InputStream in) throws IOException {
    DataInput data = data(in);
    int first = data.readInt();
    int length = first >>> 16;
    if (length > 4) {
      throw damaged("at most 4 bytes in a small element, found %d", length);
    }
    return length == 0
        ? new Tag(first, Integer.toUnsignedLong(data.readInt()), false)
        : new Tag(first & 0xffff, length, true);
  }

  private DataInput data(InputStream in) {
    return littleEndian ? new LittleEndianDataInputStream(in) : new DataInputStream(in);
  }

  private DatasetException damaged(String expectedAndFound, Object... values) {
    return new DatasetException(
        String.format(
            Locale.ROOT,
            "%s: expected %s; the file is damaged, fetch it again",
            file,
            String.format(Locale.ROOT, expectedAndFound, values)));
  }
}
