package dev.eman.core.algorithm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.fuzz.Damage;
import dev.eman.core.fuzz.FuzzSettings;
import dev.eman.core.fuzz.Reading;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@AddLifecycleHook(FuzzSettings.class)
class PartialStepCodecTest {
  private static final DataType[] TYPES = {
    DataType.FLOAT, DataType.DOUBLE, DataType.INT32, DataType.INT64
  };

  private static final List<long[]> SHAPES =
      List.of(
          new long[] {},
          new long[] {1},
          new long[] {7},
          new long[] {3, 4},
          new long[] {2, 1, 5},
          new long[] {0, 4});

  /** With every type, shape and reduction now and then. */
  private static PartialStep step(long seed) {
    Random random = new Random(seed);
    Map<String, Contribution> contributions = new LinkedHashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      INDArray value = array(random, SHAPES.get(random.nextInt(SHAPES.size())));
      Reduction reduction = Reduction.values()[random.nextInt(value.rank() > 0 ? 3 : 2)];
      if (reduction == Reduction.MEAN && !value.dataType().isFPType()) {
        reduction = Reduction.SUM;
      }
      contributions.put("größe " + i, new Contribution(reduction, value, 1 + random.nextInt(1000)));
    }
    Map<String, Double> sums = new LinkedHashMap<>();
    Map<String, Integer> counts = new LinkedHashMap<>();
    double[] special = {Double.NaN, -0.0, Double.MAX_VALUE, Double.MIN_VALUE, random.nextDouble()};
    for (int i = random.nextInt(5); i > 0; i--) {
      sums.put("loss_" + i, special[random.nextInt(special.length)]);
      counts.put("loss_" + i, 1 + random.nextInt(1000));
    }
    return new PartialStep(
        1 + random.nextInt(100),
        Nd4j.empty(DataType.FLOAT),
        random.nextInt(4) == 0
            ? Nd4j.empty(DataType.FLOAT)
            : Nd4j.createFromArray(floats(random, 1 + random.nextInt(40))),
        Contributions.of(contributions),
        new StepScalars(ImmutableMap.copyOf(sums), ImmutableMap.copyOf(counts)));
  }

  private static float[] floats(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt());
    }
    values[0] = -0f;
    return values;
  }

  private static INDArray array(Random random, long... shape) {
    DataType type = TYPES[random.nextInt(TYPES.length)];
    INDArray values = Nd4j.create(type, shape);
    return values.isEmpty() ? values : values.addi(random.nextInt(1_000_000) / 4.0);
  }

  private static void assertSame(PartialStep expected, PartialStep found) {
    assertEquals(expected.parts(), found.parts());
    assertTrue(found.gradient().isEmpty());
    assertSame(expected.statistics(), found.statistics());
    assertEquals(
        List.copyOf(expected.contributions().asMap().keySet()),
        List.copyOf(found.contributions().asMap().keySet()));
    found
        .contributions()
        .asMap()
        .forEach(
            (name, contribution) -> {
              Contribution original = expected.contributions().asMap().get(name);
              assertEquals(original.reduction(), contribution.reduction());
              assertEquals(original.count(), contribution.count());
              assertSame(original.value(), contribution.value());
            });
    assertEquals(expected.scalars(), found.scalars());
    assertEquals(
        List.copyOf(expected.scalars().sums().keySet()),
        List.copyOf(found.scalars().sums().keySet()));
  }

  private static void assertSame(INDArray expected, INDArray found) {
    assertEquals(expected.dataType(), found.dataType());
    assertEquals(Arrays.toString(expected.shape()), Arrays.toString(found.shape()));
    assertEquals(expected.isEmpty(), found.isEmpty());
    for (long i = 0; !expected.isEmpty() && i < expected.length(); i++) {
      assertEquals(
          Double.doubleToLongBits(expected.getDouble(i)),
          Double.doubleToLongBits(found.getDouble(i)));
    }
  }

  @Property(tries = 200)
  void read_written_isTheSame(@ForAll long seed) {
    PartialStep step = step(seed);
    ByteBuffer bytes = PartialStepCodec.write(step);
    assertEquals(0, bytes.position());
    assertSame(step, PartialStepCodec.read(bytes.duplicate()));
    assertEquals(bytes, PartialStepCodec.write(PartialStepCodec.read(bytes.duplicate())));
  }

  /** Off the heap, in the middle of something else. */
  @Property(tries = 50)
  void read_partOfABuffer_readsThatAlone(@ForAll long seed) {
    PartialStep step = step(seed);
    ByteBuffer bytes = PartialStepCodec.write(step);
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.remaining() + 8);
    direct.position(3);
    direct.put(bytes).limit(direct.position()).position(3);
    assertSame(step, PartialStepCodec.read(direct));
    assertEquals(direct.limit(), direct.position());
  }

  @Property(tries = 100)
  void read_truncatedOrLonger_isRefused(@ForAll long seed, @ForAll int at) throws Exception {
    byte[] bytes = PartialStepCodec.write(step(seed)).array();
    int length = Math.floorMod(at, bytes.length + 8);
    boolean whole = read(Arrays.copyOf(bytes, length));
    assertEquals(length == bytes.length, whole);
  }

  @Provide
  Arbitrary<Damage> damage() {
    return Damage.any();
  }

  @Provide
  Arbitrary<byte[]> noise() {
    return Damage.noise();
  }

  /** Values may be others; names, lengths and counts do not lead astray. */
  @Property(tries = 2000)
  void read_damaged_errorOrSomeStep(@ForAll("damage") Damage damage, @ForAll("seeds") long seed)
      throws Exception {
    read(damage.to(PartialStepCodec.write(step(seed)).array()));
  }

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs().between(0, 50);
  }

  @Property(tries = 200)
  void read_noise_error(@ForAll("noise") byte[] noise) throws Exception {
    assertEquals(false, read(noise));
  }

  private static boolean read(byte[] bytes) throws Exception {
    return Reading.succeedsOrNames(
        "partial step: ", () -> PartialStepCodec.read(ByteBuffer.wrap(bytes)));
  }

  @Example
  void write_anotherType_isRefused() {
    INDArray half = Nd4j.create(DataType.BFLOAT16, 2);
    PartialStep step =
        new PartialStep(1, Nd4j.empty(DataType.FLOAT), half, Contributions.NONE, StepScalars.NONE);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> PartialStepCodec.write(step));
    assertEquals("array: expected one of [FLOAT, DOUBLE, INT, LONG], got BFLOAT16", e.getMessage());
  }

  /** Sums along a chain of workers, as a transport takes them. */
  @Example
  void plus_decoded_sumsAsTheOriginals() {
    PartialStep first = step(3).withGradient(Nd4j.createFromArray(1f, 2f));
    PartialStep decoded = PartialStepCodec.read(PartialStepCodec.write(first));
    PartialStep both = decoded.plus(first.withoutGradient());
    assertSame(first.plus(first).withoutGradient(), both);
    assertEquals(2 * first.parts(), both.parts());
  }
}
