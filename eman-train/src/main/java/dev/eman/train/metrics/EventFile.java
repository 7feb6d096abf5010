package dev.eman.train.metrics;

import dev.eman.core.io.AtomicFiles;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Scalars for TensorBoard: records of length, checksum, protocol buffer {@code Event}, checksum.
 * The few necessary fields are encoded by hand.
 */
public final class EventFile implements AutoCloseable {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  // Of Event, Summary and Summary.Value.
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;

  private final Path file;
  private final FileChannel channel;
  private final OutputStream out;

  private EventFile(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
    this.out = new BufferedOutputStream(Channels.newOutputStream(channel));
  }

  /**
   * Creates a file, replacing any former one.
   *
   * @param file its name must contain {@code tfevents}
   * @param wallTime in seconds since 1970
   */
  public static EventFile create(Path file, double wallTime) {
    EventFile events = open(file);
    try {
      events.begin(wallTime);
      return events;
    } catch (Throwable e) {
      try {
        events.close();
      } catch (RuntimeException other) {
        e.addSuppressed(other);
      }
      throw e;
    }
  }

  /** Opens a file for writing; its content stays until {@link #begin}. */
  static EventFile open(Path file) {
    try {
      return new EventFile(
          file, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
  }

  /** Empties the file and writes its header. */
  void begin(double wallTime) {
    try {
      channel.truncate(0);
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
    Message event = new Message();
    event.fixed64(WALL_TIME, wallTime);
    event.bytes(FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
    record(event.toByteArray());
  }

  /** Appends the values of one step. */
  public void scalars(double wallTime, long step, Map<String, Double> values) {
    Message summary = new Message();
    values.forEach(
        (tag, value) -> {
          Message one = new Message();
          one.bytes(TAG, tag.getBytes(StandardCharsets.UTF_8));
          one.fixed32(SIMPLE_VALUE, value.floatValue());
          summary.bytes(VALUE, one.toByteArray());
        });
    Message event = new Message();
    event.fixed64(WALL_TIME, wallTime);
    event.varint(STEP, step);
    event.bytes(SUMMARY, summary.toByteArray());
    record(event.toByteArray());
  }

  private void record(byte[] data) {
    ByteBuffer head = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(data.length);
    head.putInt(masked(head.array(), 8));
    ByteBuffer tail = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    tail.putInt(masked(data, data.length));
    try {
      out.write(head.array());
      out.write(data);
      out.write(tail.array());
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
  }

  /**
   * A masked checksum (rotated, plus a constant), as the format requires, so that checksums of data
   * that contains checksums stay useful.
   */
  static int masked(byte[] data, int length) {
    CRC32C crc = new CRC32C();
    crc.update(data, 0, length);
    int value = (int) crc.getValue();
    return ((value >>> 15) | (value << 17)) + 0xa282ead8;
  }

  /** Flushes to the operating system, so that a running TensorBoard sees the values. */
  public void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
  }

  /** A protocol buffer under construction. */
  private static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    void varint(int field, long value) {
      number(((long) field << 3) | VARINT);
      number(value);
    }

    void fixed64(int field, double value) {
      number(((long) field << 3) | FIXED64);
      ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value);
      bytes.writeBytes(buffer.array());
    }

    void fixed32(int field, float value) {
      number(((long) field << 3) | FIXED32);
      ByteBuffer buffer = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value);
      bytes.writeBytes(buffer.array());
    }

    void bytes(int field, byte[] value) {
      number(((long) field << 3) | BYTES);
      number(value.length);
      bytes.writeBytes(value);
    }

    private void number(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        bytes.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      bytes.write((int) rest);
    }

    byte[] toByteArray() {
      return bytes.toByteArray();
    }
  }
}
