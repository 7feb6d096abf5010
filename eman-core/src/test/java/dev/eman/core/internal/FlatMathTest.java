package dev.eman.core.internal;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.internal.FlatMath.AverageRun;
import dev.eman.core.internal.FlatMath.Run;
import dev.eman.core.internal.FlatMath.SgdStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class FlatMathTest {
  /** Values whose bits a careless kernel would change. */
  private static final float[] AWKWARD = {
    -0f, 0f, Float.MIN_VALUE, Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE, 1f
  };

  /** One run, at the same place in both. */
  private static void average(
      INDArray teacher, INDArray student, double momentum, long offset, long length) {
    FlatMath.averageInPlace(
        teacher, student, momentum, List.of(new AverageRun(offset, offset, length)));
  }

  @Property(tries = 60)
  void averageInPlace_anyRange_equalsNaiveArithmetic(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 5000) int total,
      @ForAll @DoubleRange(min = 0.001, max = 0.9999) @Scale(4) double momentum) {
    Random random = new Random(seed);
    float[] teacher = gaussian(random, total);
    float[] student = gaussian(random, total);
    int offset = random.nextInt(total);
    int length = random.nextInt(total - offset + 1);
    INDArray t = inTheMiddle(teacher);
    INDArray s = inTheMiddle(student);
    average(t, s, momentum, offset, length);
    assertArrayEquals(student, s.toFloatVector(), 0);
    naiveEma(teacher, student, momentum, offset, length);
    assertArrayEquals(teacher, t.toFloatVector(), 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {511, 512, 513, 65_535, 65_536, 65_537, 1_000_003})
  void averageInPlace_manyBlocks_equalsNaiveArithmetic(int total) {
    Random random = new Random(total);
    float[] teacher = gaussian(random, total);
    float[] student = gaussian(random, total);
    INDArray t = Nd4j.createFromArray(teacher);
    average(t, Nd4j.createFromArray(student), 0.99, 3, total - 5);
    naiveEma(teacher, student, 0.99, 3, total - 5);
    assertArrayEquals(teacher, t.toFloatVector(), 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 3000, 200_000})
  void averageInPlace_momentumOneOrZero_keepsOrCopiesEveryBit(int total) {
    float[] teacher = new float[total];
    float[] student = new float[total];
    for (int i = 0; i < total; i++) {
      teacher[i] = AWKWARD[i % AWKWARD.length];
      student[i] = AWKWARD[(i / AWKWARD.length + 3) % AWKWARD.length];
    }
    INDArray t = Nd4j.createFromArray(teacher);
    INDArray s = Nd4j.createFromArray(student);
    average(t, s, 1, 0, total);
    assertArrayEquals(bits(teacher), bits(t.toFloatVector()));
    average(t, s, 0, 1, total - 2);
    float[] expected = student.clone();
    expected[0] = teacher[0];
    expected[total - 1] = teacher[total - 1];
    assertArrayEquals(bits(expected), bits(t.toFloatVector()));
  }

  @Test
  void averageInPlace_runsAtDifferentPlaces_moveThoseAlone() {
    Random random = new Random(3);
    float[] teacher = gaussian(random, 300_000);
    float[] student = gaussian(random, 200_000);
    List<AverageRun> runs =
        List.of(
            new AverageRun(1, 60_000, 130_000),
            new AverageRun(250_000, 3, 700),
            new AverageRun(131_000, 0, 0),
            new AverageRun(299_999, 199_999, 1));
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      for (double momentum : new double[] {0, 0.9, 1}) {
        float[] expected = teacher.clone();
        for (AverageRun run : runs) {
          for (int i = 0; i < run.length(); i++) {
            int t = (int) run.teacherOffset() + i;
            float s = student[(int) run.studentOffset() + i];
            expected[t] = (float) momentum * teacher[t] + (float) (1 - momentum) * s;
          }
        }
        INDArray t = Nd4j.createFromArray(teacher).castTo(type);
        INDArray s = Nd4j.createFromArray(student).castTo(type);
        FlatMath.averageInPlace(t, s, momentum, runs);
        assertArrayEquals(
            expected, t.castTo(DataType.FLOAT).toFloatVector(), type == DataType.FLOAT ? 0 : 1e-6f);
        assertArrayEquals(student, s.castTo(DataType.FLOAT).toFloatVector(), 0);
      }
    }
  }

  @Test
  void averageInPlace_float64_isInDoublePrecision() {
    INDArray t = Nd4j.createFromArray(1.0, 2.0, 3.0, 4.0);
    INDArray s = Nd4j.createFromArray(5.0, -6.0, 7.0, 8.0);
    average(t, s, 0.9, 1, 2);
    assertArrayEquals(
        new double[] {1, 0.9 * 2 - 0.1 * 6, 0.9 * 3 + 0.1 * 7, 4}, t.toDoubleVector(), 1e-15);
    average(t, s, 0, 0, 4);
    assertSameValues(s, t);
  }

  @Test
  void averageInPlace_rowVector_isFlat() {
    INDArray t = Nd4j.zeros(DataType.FLOAT, 1, 4);
    average(t, Nd4j.ones(DataType.FLOAT, 4), 0.75, 0, 4);
    assertSameValues(Nd4j.valueArrayOf(new long[] {1, 4}, 0.25f, DataType.FLOAT), t);
  }

  @Test
  void nd4jKernels_float32_agreeWithTheFloatKernels() {
    Random random = new Random(5);
    float[] a = gaussian(random, 4000);
    float[] b = gaussian(random, 4000);
    for (double momentum : new double[] {0, 0.3, 0.999, 1}) {
      INDArray kernel = Nd4j.createFromArray(a);
      INDArray nd4j = Nd4j.createFromArray(a);
      average(kernel, Nd4j.createFromArray(b), momentum, 100, 3000);
      Nd4jFlatMath.average(nd4j, inTheMiddle(b), momentum, new AverageRun(100, 100, 3000));
      assertArrayEquals(kernel.toFloatVector(), nd4j.toFloatVector(), 1e-6f);
    }
    for (SgdStep step : steps()) {
      for (double decay : new double[] {0, 0.05}) {
        Run run = new Run(100, 3000, decay);
        INDArray[] kernel = triple(a, b, 17, false);
        INDArray[] nd4j = triple(a, b, 17, true);
        FlatMath.sgdStepInPlace(kernel[0], kernel[1], kernel[2], step, List.of(run));
        Nd4jFlatMath.sgd(nd4j[0], nd4j[1], nd4j[2], step, run);
        for (int i = 0; i < 3; i++) {
          assertArrayEquals(kernel[i].toFloatVector(), nd4j[i].toFloatVector(), 2e-6f);
        }
      }
    }
  }

  @Property(tries = 60)
  void sgdStepInPlace_anyRuns_equalsNaiveArithmetic(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 4000) int total) {
    Random random = new Random(seed);
    List<Run> runs = randomRuns(random, total);
    for (SgdStep step : steps()) {
      float[] p = gaussian(random, total);
      float[] g = gaussian(random, total);
      float[] v = gaussian(random, total);
      INDArray parameters = inTheMiddle(p);
      INDArray gradient = inTheMiddle(g);
      INDArray buffer = inTheMiddle(v);
      FlatMath.sgdStepInPlace(parameters, gradient, buffer, step, runs);
      assertArrayEquals(g, gradient.toFloatVector(), 0);
      runs.forEach(run -> naiveSgd(p, g, v, step, run));
      assertArrayEquals(p, parameters.toFloatVector(), 0);
      assertArrayEquals(v, buffer.toFloatVector(), 0);
    }
  }

  @Test
  void sgdStepInPlace_manyBlocks_equalsNaiveArithmetic() {
    int total = 500_000;
    Random random = new Random(11);
    SgdStep step = new SgdStep(0.1, 0.9, true);
    float[] p = gaussian(random, total);
    float[] g = gaussian(random, total);
    float[] v = gaussian(random, total);
    INDArray parameters = Nd4j.createFromArray(p);
    INDArray buffer = Nd4j.createFromArray(v);
    List<Run> runs = List.of(new Run(1, 299_999, 1e-3), new Run(300_064, 199_000, 0));
    FlatMath.sgdStepInPlace(
        parameters, Nd4j.createFromArray(g), buffer, step, FlatMath.split(runs));
    runs.forEach(run -> naiveSgd(p, g, v, step, run));
    assertArrayEquals(p, parameters.toFloatVector(), 0);
    assertArrayEquals(v, buffer.toFloatVector(), 0);
  }

  @Test
  void sgdStepInPlace_float64_isInDoublePrecision() {
    for (SgdStep step : steps()) {
      INDArray p = Nd4j.createFromArray(1.0, 2.0, 3.0);
      INDArray g = Nd4j.createFromArray(0.3, 0.2, 0.1);
      INDArray v = Nd4j.createFromArray(-1.0, 0.5, 0.25);
      FlatMath.sgdStepInPlace(p, g, v, step, List.of(new Run(1, 2, 0.01), new Run(0, 0, 0)));
      double mu = step.momentum();
      for (int i = 1; i < 3; i++) {
        double[] before = {i + 1, 0.3 - 0.1 * i, i == 1 ? 0.5 : 0.25};
        double d = before[1] + 0.01 * before[0];
        double velocity = mu == 0 ? before[2] : mu * before[2] + d;
        double move = mu == 0 ? d : step.nesterov() ? d + mu * velocity : velocity;
        assertEquals(velocity, v.getDouble(i), 1e-15);
        assertEquals(before[0] - step.learningRate() * move, p.getDouble(i), 1e-15);
      }
      assertEquals(1.0, p.getDouble(0));
      assertEquals(-1.0, v.getDouble(0));
    }
  }

  @Test
  void split_longRun_coversTheSameElements() {
    List<Run> pieces = FlatMath.split(List.of(new Run(5, 150_000, 0.1), new Run(200_000, 3, 0)));
    assertEquals(
        List.of(
            new Run(5, 65_536, 0.1),
            new Run(65_541, 65_536, 0.1),
            new Run(131_077, 18_928, 0.1),
            new Run(200_000, 3, 0)),
        pieces);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 600, 300_000})
  void anyNonFinite_oneInTheRange_isFound(int total) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      for (float poison : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -1f / 0f}) {
        for (int position : new int[] {0, total / 2, total - 1}) {
          INDArray values = Nd4j.valueArrayOf(new long[] {total}, Float.MAX_VALUE, type);
          assertFalse(FlatMath.anyNonFinite(values, 0, total));
          values.putScalar(position, poison);
          assertTrue(FlatMath.anyNonFinite(values, 0, total));
          assertTrue(Nd4jFlatMath.anyNonFinite(values, 0, total));
          assertFalse(FlatMath.anyNonFinite(values, 0, position));
          assertFalse(FlatMath.anyNonFinite(values, position + 1L, total - position - 1L));
        }
      }
    }
  }

  @Test
  void anyMethod_wrongArguments_namesExpectedAndActual() {
    INDArray four = Nd4j.zeros(DataType.FLOAT, 4);
    INDArray three = Nd4j.zeros(DataType.FLOAT, 3);
    INDArray doubles = Nd4j.zeros(DataType.DOUBLE, 4);
    INDArray column = Nd4j.zeros(DataType.FLOAT, 4, 5).getColumn(2);
    assertMessage(
        "range: expected within [0, 3), got offset 1, length 3",
        () -> average(four, three, 0.5, 1, 3));
    assertMessage("student: expected FLOAT, got DOUBLE", () -> average(four, doubles, 0.5, 0, 3));
    assertMessage("momentum: expected [0, 1], got 1.5", () -> average(four, four, 1.5, 0, 3));
    assertMessage(
        "range: expected within [0, 4), got offset 2, length 3",
        () -> average(four, four, 0.5, 2, 3));
    assertMessage(
        "teacher: expected [n] with adjacent elements, got [4] with strides [5]",
        () -> average(column, four, 0.5, 0, 4));
    assertMessage(
        "values: expected FLOAT or DOUBLE, got LONG",
        () -> FlatMath.anyNonFinite(Nd4j.createFromArray(1L, 2L), 0, 2));
    assertMessage(
        "range: expected within [0, 4), got offset -1, length 2",
        () ->
            FlatMath.sgdStepInPlace(
                four, four, four, new SgdStep(0.1, 0, false), List.of(new Run(-1, 2, 0))));
  }

  private static List<SgdStep> steps() {
    return List.of(
        new SgdStep(0.1, 0, false), new SgdStep(0.03, 0.9, false), new SgdStep(0.03, 0.9, true));
  }

  private static INDArray[] triple(float[] p, float[] g, long seed, boolean views) {
    float[] v = gaussian(new Random(seed), p.length);
    return views
        ? new INDArray[] {inTheMiddle(p), inTheMiddle(g), inTheMiddle(v)}
        : new INDArray[] {
          Nd4j.createFromArray(p), Nd4j.createFromArray(g), Nd4j.createFromArray(v)
        };
  }

  /** A view with an offset into a longer vector. */
  private static INDArray inTheMiddle(float[] values) {
    INDArray view =
        Nd4j.valueArrayOf(new long[] {values.length + 12L}, 7f, DataType.FLOAT)
            .get(NDArrayIndex.interval(5, 5 + values.length));
    return view.assign(Nd4j.createFromArray(values));
  }

  private static List<Run> randomRuns(Random random, int total) {
    List<Run> runs = new ArrayList<>();
    int offset = random.nextInt(3);
    while (offset < total) {
      int length = Math.min(total - offset, random.nextInt(1200));
      runs.add(new Run(offset, length, random.nextBoolean() ? 0 : 0.01));
      offset += length + random.nextInt(4);
    }
    return runs;
  }

  private static void naiveEma(
      float[] teacher, float[] student, double momentum, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      teacher[i] = (float) momentum * teacher[i] + (float) (1 - momentum) * student[i];
    }
  }

  private static void naiveSgd(float[] p, float[] g, float[] v, SgdStep step, Run run) {
    float rate = (float) step.learningRate();
    float momentum = (float) step.momentum();
    float decay = (float) run.weightDecay();
    for (int i = (int) run.offset(); i < run.offset() + run.length(); i++) {
      float d = g[i] + decay * p[i];
      if (momentum == 0) {
        p[i] = p[i] - rate * d;
      } else {
        v[i] = momentum * v[i] + d;
        p[i] = p[i] - rate * (step.nesterov() ? d + momentum * v[i] : v[i]);
      }
    }
  }

  private static float[] gaussian(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  private static void assertMessage(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  void join_neighbours_becomeOneIfTreatedAlike() {
    List<Run> runs =
        List.of(
            new Run(0, 3, 0.1),
            new Run(3, 70_000, 0.1),
            new Run(70_003, 0, 0.5),
            new Run(70_003, 2, 0.1, 2),
            new Run(70_005, 1, 0.1),
            new Run(70_007, 4, 0.1));
    assertEquals(
        List.of(
            new Run(0, 70_003, 0.1),
            new Run(70_003, 2, 0.1, 2),
            new Run(70_005, 1, 0.1),
            new Run(70_007, 4, 0.1)),
        FlatMath.join(runs));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 513, 65_537, 5_000_003})
  void norm_anyLength_isTheSumInDouble(int total) {
    float[] values = gaussian(new Random(total), total);
    INDArray vector = inTheMiddle(values);
    int skipped = total / 3;
    double sum = 0;
    double rest = 0;
    for (int i = 0; i < total; i++) {
      sum += (double) values[i] * values[i];
      rest += i == skipped ? 0 : (double) values[i] * values[i];
    }
    List<Run> whole = List.of(new Run(0, total, 0));
    assertEquals(Math.sqrt(sum), FlatMath.norm(vector, whole), 1e-9 * Math.sqrt(sum));
    assertEquals(FlatMath.norm(vector, whole), FlatMath.norm(vector, FlatMath.split(whole)));
    assertEquals(sum, Nd4jFlatMath.squares(vector, 0, total), 1e-9 * sum);
    List<Run> parts = List.of(new Run(0, skipped, 0), new Run(skipped + 1, total - skipped - 1, 0));
    assertEquals(
        Math.sqrt(rest), FlatMath.norm(vector, FlatMath.split(parts)), 1e-9 * Math.sqrt(sum));
  }
}
