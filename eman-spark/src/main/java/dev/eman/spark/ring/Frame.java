package dev.eman.spark.ring;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * What stands before a payload on the wire: 32 bytes, little endian.
 *
 * @param length of the payload in bytes
 * @param sequence the step or the round of messages, from 1
 * @param index the bucket, or the rank that the payload comes from
 * @param total the elements of the whole vector
 */
record Frame(Type type, int length, long sequence, long index, long total) {
  static final int BYTES = 32;

  /** The longest text about a failure, in bytes. */
  static final int LONGEST_TEXT = 2048;

  /** Kinds of frames. */
  enum Type {
    HEARTBEAT(1),
    /** The sum over the ranks so far. */
    PARTIAL_SUM(2),
    /** The sum over all ranks. */
    SUM(3),
    MESSAGE(4),
    FAILURE(5),
    /** The sender needs nothing more, and closes. */
    FAREWELL(6);

    private static final ImmutableMap<Integer, Type> BY_CODE =
        Maps.uniqueIndex(Arrays.asList(values()), type -> type.code);

    private final int code;

    Type(int code) {
      this.code = code;
    }

    /** Whether only the rank before sends it. */
    boolean isFromPrevious() {
      return this == PARTIAL_SUM || this == SUM || this == MESSAGE;
    }
  }

  static Frame empty(Type type) {
    return new Frame(type, 0, 0, 0, 0);
  }

  void write(ByteBuf out) {
    out.writeIntLE(type.code);
    out.writeIntLE(length);
    out.writeLongLE(sequence);
    out.writeLongLE(index);
    out.writeLongLE(total);
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @throws RingException if it cannot be a frame
   */
  static Frame read(ByteBuf in) {
    int code = in.readIntLE();
    int length = in.readIntLE();
    Type type = Type.BY_CODE.get(code);
    if (type == null || length < 0) {
      throw new RingException(
          "expected a frame, got type " + code + " and a length of " + length + " bytes");
    }
    return new Frame(type, length, in.readLongLE(), in.readLongLE(), in.readLongLE());
  }

  /**
   * Checks the length.
   *
   * @throws RingException if it is another one
   */
  void checkLength(long expected) {
    if (length != expected) {
      throw new RingException(
          "expected " + expected + " bytes of " + this + ", got a frame of " + length + " bytes");
    }
  }

  @Override
  public String toString() {
    return switch (type) {
      case PARTIAL_SUM, SUM ->
          (type == Type.SUM ? "sum" : "partial sum")
              + " of bucket "
              + index
              + " of step "
              + sequence
              + " over "
              + total
              + " elements";
      case MESSAGE -> "message " + sequence + " of rank " + index;
      case HEARTBEAT -> "heartbeat";
      case FAILURE -> "failure";
      case FAREWELL -> "farewell";
    };
  }
}
