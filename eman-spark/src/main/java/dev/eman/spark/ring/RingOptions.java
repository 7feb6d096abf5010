package dev.eman.spark.ring;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * How a ring works; the same on all its workers.
 *
 * @param bucketFloats how many elements of a vector travel at a time, 1 to 2^24
 * @param patience how long a neighbour may be silent, and joining may take; neighbours that live
 *     send a sign of life four times as often or more
 * @param handshake how long a connection may take to prove the secret
 * @param messageBytes the longest message of {@link Ring#allGather}, 1 to 2^30
 */
public record RingOptions(
    int bucketFloats, Duration patience, Duration handshake, int messageBytes) {
  private static final int MOST_FLOATS = 1 << 24;
  private static final int MOST_BYTES = 1 << 30;

  /** What is used when nothing else is asked for. */
  public static final RingOptions DEFAULTS =
      new RingOptions(1 << 16, Duration.ofSeconds(60), Duration.ofSeconds(10), 1 << 26);

  /** Checks the ranges. */
  public RingOptions {
    checkArgument(
        bucketFloats > 0 && bucketFloats <= MOST_FLOATS,
        "bucket: expected 1 to %s floats, got %s",
        MOST_FLOATS,
        bucketFloats);
    checkArgument(
        messageBytes > 0 && messageBytes <= MOST_BYTES,
        "longest message: expected 1 to %s bytes, got %s",
        MOST_BYTES,
        messageBytes);
    checkDuration("patience", patience);
    checkDuration("handshake", handshake);
  }

  private static void checkDuration(String name, Duration duration) {
    checkArgument(
        duration.toMillis() > 0 && duration.toDays() <= 1,
        "%s: expected 1 ms to 1 day, got %s",
        name,
        duration);
  }

  /** The same with buckets of another size. */
  public RingOptions withBucketFloats(int floats) {
    return new RingOptions(floats, patience, handshake, messageBytes);
  }

  /** The same with another patience. */
  public RingOptions withPatience(Duration duration) {
    return new RingOptions(bucketFloats, duration, handshake, messageBytes);
  }

  /** The same with another time for the handshake. */
  public RingOptions withHandshake(Duration duration) {
    return new RingOptions(bucketFloats, patience, duration, messageBytes);
  }

  /** The same with another limit for messages. */
  public RingOptions withMessageBytes(int bytes) {
    return new RingOptions(bucketFloats, patience, handshake, bytes);
  }
}
