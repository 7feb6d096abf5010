package dev.eman.spark.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

@Timeout(60)
class RingTest {
  private static final int[] ODD = {
    0x7fc00000, 0x7f800000, 0xff800000, 0x80000000, 0x00000001, 0x807fffff, 0x7f7fffff
  };

  /** Numbers of all sizes, some of them denormal, infinite or none. */
  private static float[] vector(int length, int rank, long seed) {
    Random random = new Random(seed * 31 + rank);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] =
          random.nextInt(50) == 0
              ? Float.intBitsToFloat(ODD[random.nextInt(ODD.length)])
              : (float) (random.nextGaussian() * Math.pow(10, random.nextInt(30) - 15));
    }
    return values;
  }

  /** ((v0 + v1) + v2) + ... */
  static float[] sum(int length, int size, long seed) {
    float[] sum = vector(length, 0, seed);
    for (int rank = 1; rank < size; rank++) {
      float[] next = vector(length, rank, seed);
      for (int i = 0; i < length; i++) {
        sum[i] += next[i];
      }
    }
    return sum;
  }

  private static INDArray array(float[] values) {
    return values.length == 0 ? Nd4j.empty(DataType.FLOAT) : Nd4j.createFromArray(values);
  }

  /** Equal but for the bits of numbers that are none. */
  static void assertSame(float[] expected, INDArray found) {
    float[] values = found.isEmpty() ? new float[0] : found.toFloatVector();
    assertArrayEquals(bits(expected), bits(values));
  }

  private static int[] bits(float[] values) {
    return IntStream.range(0, values.length).map(i -> Float.floatToIntBits(values[i])).toArray();
  }

  static INDArray sumOf(Ring ring, int length, long seed, Random cuts) {
    INDArray vector = array(vector(length, ring.rank(), seed));
    ring.begin(vector);
    for (int to = length; to > 0 && cuts.nextInt(4) > 0; ) {
      int from = cuts.nextInt(to + 1);
      ring.ready(from, to);
      to = from;
    }
    ring.await();
    return vector;
  }

  @Property(tries = 40)
  void await_anySizes_sumsInRankOrder(
      @ForAll @IntRange(min = 1, max = 5) int size,
      @ForAll @IntRange(max = 3000) int length,
      @ForAll @IntRange(min = 1, max = 900) int bucket,
      @ForAll @IntRange(min = 1, max = 3) int steps,
      @ForAll long seed)
      throws Exception {
    // jqwik does not know JUnit's @Timeout.
    assertTimeoutPreemptively(
        Duration.ofSeconds(60), () -> assertSums(size, length, bucket, steps, seed));
  }

  private static void assertSums(int size, int length, int bucket, int steps, long seed)
      throws Exception {
    try (Workers workers = Workers.joined(size, Workers.OPTIONS.withBucketFloats(bucket))) {
      for (int step = 0; step < steps; step++) {
        long s = seed + step;
        List<INDArray> sums =
            workers.each(ring -> sumOf(ring, length, s, new Random(s + ring.rank())));

        for (INDArray found : sums) {
          assertSame(sum(length, size, s), found);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void await_moreThanAllBuffers_sumsInRankOrder(int size) throws Exception {
    int length = 1_500_001;
    try (Workers workers = Workers.joined(size, Workers.OPTIONS.withBucketFloats(100_000))) {
      List<INDArray> sums = workers.each(ring -> sumOf(ring, length, 5, new Random(0)));

      for (INDArray found : sums) {
        assertSame(sum(length, size, 5), found);
      }
    }
  }

  @Test
  void await_viewOfVector_leavesTheRestAlone() throws Exception {
    try (Workers workers = Workers.joined(2, Workers.OPTIONS)) {
      List<INDArray> wholes =
          workers.each(
              ring -> {
                INDArray whole = Nd4j.ones(DataType.FLOAT, 5000);
                ring.begin(whole.get(NDArrayIndex.interval(1001, 4001)));
                ring.await();
                return whole;
              });

      for (INDArray whole : wholes) {
        assertEquals(8000, whole.sumNumber().intValue());
        assertEquals(1, whole.getFloat(1000));
        assertEquals(2, whole.getFloat(4000));
        assertEquals(1, whole.getFloat(4001));
      }
    }
  }

  /** The last rank gets nothing while its own elements are not there, and asks for no memory. */
  @Test
  void ready_oneWorkerLate_othersWait() throws Exception {
    CountDownLatch late = new CountDownLatch(1);
    try (Workers workers = Workers.joined(3, Workers.OPTIONS)) {
      List<Future<INDArray>> sums =
          IntStream.range(0, 3)
              .mapToObj(
                  r ->
                      workers.start(
                          r,
                          rank -> {
                            if (rank == 1) {
                              late.await();
                            }
                            return sumOf(workers.rings.get(rank), 1_000_000, 3, new Random(1));
                          }))
              .toList();
      assertTrue(sums.stream().noneMatch(Future::isDone));
      late.countDown();

      for (Future<INDArray> found : sums) {
        assertSame(sum(1_000_000, 3, 3), Workers.get(found));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void allGather_rounds_inRankOrder(int size) throws Exception {
    try (Workers workers = Workers.joined(size, Workers.OPTIONS)) {
      List<String> found =
          workers.each(
              ring -> {
                StringBuilder said = new StringBuilder();
                for (int round = 0; round < 30; round++) {
                  byte[] message = new byte[(ring.rank() * 7 + round) % 5];
                  java.util.Arrays.fill(message, (byte) (ring.rank() + 1));
                  ring.allGather(message).forEach(m -> said.append(java.util.Arrays.toString(m)));
                }
                return said.toString();
              });

      assertEquals(1, found.stream().distinct().count());
      assertTrue(found.get(0).startsWith(size == 1 ? "[][1]" : "[][2, 2]"), found.get(0));
    }
  }

  @Test
  void allGather_amidASum_bothComplete() throws Exception {
    try (Workers workers = Workers.joined(3, Workers.OPTIONS)) {
      List<INDArray> sums =
          workers.each(
              ring -> {
                INDArray vector = array(vector(100_000, ring.rank(), 9));
                ring.begin(vector);
                ring.ready(50_000, 100_000);
                assertEquals(3, ring.allGather(new byte[] {1}).size());
                ring.await();
                return vector;
              });

      for (INDArray found : sums) {
        assertSame(sum(100_000, 3, 9), found);
      }
    }
  }

  @Test
  void calls_outOfOrder_throw() {
    try (RingServer server = RingServer.bind("127.0.0.1");
        Ring ring =
            server.join(
                List.of(server.address()), 0, RingSecret.draw("test"), RingOptions.DEFAULTS)) {
      assertThrows(IllegalStateException.class, ring::await);
      ring.begin(Nd4j.ones(DataType.FLOAT, 10));
      assertThrows(IllegalStateException.class, () -> ring.begin(Nd4j.ones(DataType.FLOAT, 10)));
      ring.ready(7, 10);
      assertThrows(IllegalArgumentException.class, () -> ring.ready(2, 6));
      assertThrows(IllegalArgumentException.class, () -> ring.ready(-1, 7));
      ring.await();
      assertThrows(
          IllegalArgumentException.class, () -> ring.begin(Nd4j.ones(DataType.DOUBLE, 10)));
      assertThrows(
          IllegalArgumentException.class, () -> ring.begin(Nd4j.ones(DataType.FLOAT, 10, 2)));
      assertThrows(
          IllegalArgumentException.class,
          () -> ring.begin(Nd4j.ones(DataType.FLOAT, 10, 2).getColumn(0)));
    }
  }
}
