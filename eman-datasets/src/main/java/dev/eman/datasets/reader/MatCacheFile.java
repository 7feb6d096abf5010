package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.io.ByteArrayDataOutput;
import com.google.common.io.ByteStreams;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.reader.MatFile.Numbers;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The file that arrays are kept in, as they come, with what they are behind them. All big-endian;
 * texts with their length before them:
 *
 * <pre>
 * byte[]  the values of each array, as {@link MatFile} gives them
 * text    whose arrays; long its time of modification, long its bytes
 * int     number of arrays, for each: text name, int its CRC-32C, int dimensions, int[] sizes
 * int     bytes from the first text to here
 * int     CRC-32C of these
 * long    magic
 * </pre>
 */
final class MatCacheFile {
  private static final long MAGIC = 0x454d414e41525231L; // EMANARR1
  private static final int TAIL = Integer.BYTES + Integer.BYTES + Long.BYTES;
  private static final int LONGEST_ABOUT = 1 << 20;

  /** An array that was written, or is to be read. */
  private record Array(String name, ImmutableIntArray sizes, int crc) {
    /** Throws ArithmeticException on overflow. */
    int length() {
      return sizes.stream().reduce(1, Math::multiplyExact);
    }
  }

  private MatCacheFile() {}

  /** Writes the arrays of a file as they are read. */
  static final class Writer implements MatFile.Receiver {
    private final OutputStream out;
    private final List<Array> arrays = new ArrayList<>();
    private final CRC32C crc = new CRC32C();
    private @Nullable String name;
    private ImmutableIntArray sizes = ImmutableIntArray.of();

    Writer(OutputStream out) {
      this.out = out;
    }

    @Override
    public OutputStream receive(String array, ImmutableIntArray dimensions, int count) {
      end();
      name = array;
      sizes = dimensions;
      return new CheckedOutputStream(out, crc);
    }

    private void end() {
      if (name != null) {
        arrays.add(new Array(name, sizes, (int) crc.getValue()));
      }
      crc.reset();
      name = null;
    }

    /** Writes what comes behind the arrays. */
    void finish(Stamp stamp) throws IOException {
      end();
      ByteArrayDataOutput about = ByteStreams.newDataOutput();
      Stamp.Entry file = stamp.entries().get(0);
      text(about, stamp.about());
      about.writeLong(file.modified());
      about.writeLong(file.bytes());
      about.writeInt(arrays.size());
      for (Array array : arrays) {
        text(about, array.name());
        about.writeInt(array.crc());
        about.writeInt(array.sizes().length());
        array.sizes().forEach(about::writeInt);
      }
      byte[] bytes = about.toByteArray();
      out.write(bytes);
      CRC32C sum = new CRC32C();
      sum.update(bytes);
      ByteBuffer tail = ByteBuffer.allocate(TAIL);
      out.write(tail.putInt(bytes.length).putInt((int) sum.getValue()).putLong(MAGIC).array());
    }

    private static void text(ByteArrayDataOutput out, String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  /**
   * Maps the arrays of a file, once they are found to be whole.
   *
   * @return null if they are of another file, or of one that has changed since
   * @throws java.nio.file.NoSuchFileException if there is no file
   * @throws IOException if it cannot be read, is damaged or truncated
   */
  static @Nullable ImmutableMap<String, Numbers> map(Path file, Stamp stamp) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer about = about(channel);
      Stamp.Entry now = stamp.entries().get(0);
      if (!text(about).equals(stamp.about())
          || about.getLong() != now.modified()
          || about.getLong() != now.bytes()) {
        return null;
      }
      ImmutableMap.Builder<String, Numbers> arrays = ImmutableMap.builder();
      long at = 0;
      for (Array array : arrays(about)) {
        int length = array.length();
        if (length > channel.size() - at) {
          throw damaged();
        }
        MappedByteBuffer values = channel.map(FileChannel.MapMode.READ_ONLY, at, length);
        CRC32C sum = new CRC32C();
        sum.update(values.duplicate());
        if ((int) sum.getValue() != array.crc()) {
          throw damaged();
        }
        arrays.put(array.name(), new Numbers(array.sizes(), values));
        at += length;
      }
      return arrays.buildOrThrow();
    } catch (BufferUnderflowException | ArithmeticException | IllegalArgumentException e) {
      throw new IOException("it is damaged", e); // Not by chance: the checksum holds.
    }
  }

  private static ByteBuffer about(FileChannel channel) throws IOException {
    long size = channel.size();
    ByteBuffer tail = size < TAIL ? ByteBuffer.allocate(TAIL) : read(channel, size - TAIL, TAIL);
    int length = tail.getInt();
    int crc = tail.getInt();
    if (tail.getLong() != MAGIC || length < 0 || length > Math.min(LONGEST_ABOUT, size - TAIL)) {
      throw damaged();
    }
    ByteBuffer about = read(channel, size - TAIL - length, length);
    CRC32C sum = new CRC32C();
    sum.update(about.duplicate());
    if ((int) sum.getValue() != crc) {
      throw damaged();
    }
    return about;
  }

  private static ImmutableList<Array> arrays(ByteBuffer about) {
    ImmutableList.Builder<Array> arrays = ImmutableList.builder();
    for (int left = about.getInt(); left > 0; left--) {
      String name = text(about);
      int crc = about.getInt();
      ImmutableIntArray.Builder sizes = ImmutableIntArray.builder();
      for (int dimensions = about.getInt(); dimensions > 0; dimensions--) {
        sizes.add(about.getInt());
      }
      arrays.add(new Array(name, sizes.build(), crc));
    }
    return arrays.build();
  }

  private static String text(ByteBuffer from) {
    int length = from.getInt();
    if (length < 0 || length > from.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    from.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static ByteBuffer read(FileChannel channel, long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw new EOFException("it ends too early");
      }
    }
    return bytes.flip();
  }

  private static IOException damaged() {
    return new IOException("it is damaged or truncated");
  }
}
