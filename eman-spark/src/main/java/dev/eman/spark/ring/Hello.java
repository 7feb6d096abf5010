package dev.eman.spark.ring;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * The first message of a handshake: who connects, and what the ring is like.
 *
 * @param from the rank that connects
 * @param to the rank that it wants
 * @param size of the ring
 * @param bucket of the ring's options
 * @param messageBytes of the ring's options
 */
record Hello(int from, int to, int size, int bucket, int messageBytes) {
  /** Names the protocol and its version. */
  static final byte[] MAGIC = "EMANRNG1".getBytes(StandardCharsets.US_ASCII);

  /** The length of a random number, and of a proof. */
  static final int PROOF_BYTES = 32;

  /** The length of the message. */
  static final int BYTES = MAGIC.length + 6 * Integer.BYTES + PROOF_BYTES;

  private static final SecureRandom RANDOM = new SecureRandom();

  /** Bytes that nobody has seen before. */
  static byte[] nonce() {
    byte[] bytes = new byte[PROOF_BYTES];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  /** The message, with a nonce of its own. */
  byte[] encode() {
    byte[] bytes = new byte[BYTES];
    Unpooled.wrappedBuffer(bytes)
        .clear()
        .writeBytes(MAGIC)
        .writeInt(byteOrder())
        .writeInt(from)
        .writeInt(to)
        .writeInt(size)
        .writeInt(bucket)
        .writeInt(messageBytes)
        .writeBytes(nonce());
    return bytes;
  }

  /** Whether a message has all that {@link #encode} writes, but the nonce. */
  boolean isIn(byte[] message) {
    int known = BYTES - PROOF_BYTES;
    return Arrays.equals(message, 0, known, encode(), 0, known);
  }

  /** Whether the bytes that have come could be the beginning of a message. */
  static boolean canBegin(ByteBuf in) {
    int count = Math.min(in.readableBytes(), MAGIC.length);
    return in.slice(in.readerIndex(), count).equals(Unpooled.wrappedBuffer(MAGIC, 0, count));
  }

  /** What a message says, for people. */
  static String describe(byte[] message) {
    ByteBuf in = Unpooled.wrappedBuffer(message).skipBytes(MAGIC.length);
    String order = in.readInt() == byteOrder() ? "" : ", of another byte order";
    return describe(in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt()) + order;
  }

  private static String describe(int from, int to, int size, int bucket, int messageBytes) {
    return "rank "
        + from
        + " for rank "
        + to
        + " of "
        + size
        + " workers, buckets of "
        + bucket
        + " floats and messages of at most "
        + messageBytes
        + " bytes";
  }

  private static int byteOrder() {
    return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : 1;
  }

  @Override
  public String toString() {
    return describe(from, to, size, bucket, messageBytes);
  }
}
