package dev.eman.core.loss;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static dev.eman.core.loss.LossChecks.array;
import static dev.eman.core.loss.LossChecks.assertGradient;
import static dev.eman.core.loss.LossChecks.flat;
import static dev.eman.core.loss.LossChecks.gaussian;
import static dev.eman.core.loss.LossChecks.labels;
import static dev.eman.core.loss.LossChecks.naiveSoftmax;
import static dev.eman.core.loss.LossChecks.probabilities;
import static dev.eman.core.loss.LossChecks.strided;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class SoftmaxCrossEntropyTest {
  // The numbers of PyTorch 1.13's F.cross_entropy in float64 on these inputs.
  private static final double[][] LOGITS = {
    {1.5, -0.5, 0.25}, {0.0, 2.0, -3.0}, {4.0, 4.5, -1.0}, {-2.0, 0.5, 0.75}
  };
  private static final int[] LABELS = {0, 1, 2, 1};
  private static final double[][] TARGETS = {
    {0.7, 0.2, 0.1}, {0.1, 0.8, 0.1}, {0.0, 0.5, 0.5}, {1.0, 0.0, 0.0}
  };

  @Test
  void withLabels_fixedInput_equalsPyTorch() {
    LossValue loss = SoftmaxCrossEntropy.withLabels(array(LOGITS), LABELS);
    assertEquals(1.830665533147455, loss.value(), 1e-14);
    assertArrayEquals(
        new double[] {
          -0.07417150599455652, 0.023795799037293747, 0.050375706957262734,
          0.029624913633752394, -0.031099851234228093, 0.001474937600475695,
          0.09414567481725783, 0.15521997661563036, -0.2493656514328882,
          0.00867298902163526, -0.1443413636226809, 0.1356683746010457
        },
        flat(loss.gradient()),
        1e-15);
  }

  @Test
  void withLabels_mask_dividesByAllExamples() {
    ExampleWeights mask = ExampleWeights.of(1, 0, 1, 0);
    LossValue loss = SoftmaxCrossEntropy.withLabels(array(LOGITS), LABELS, mask);
    assertEquals(1.5821423667230343, loss.value(), 1e-14);
    assertArrayEquals(
        new double[] {
          -0.07417150599455652,
          0.023795799037293747,
          0.050375706957262734,
          0,
          0,
          0,
          0.09414567481725783,
          0.15521997661563036,
          -0.2493656514328882,
          0,
          0,
          0
        },
        flat(loss.gradient()),
        1e-15);
  }

  @Test
  void withLabels_divisor_replacesNumberOfExamples() {
    ExampleWeights mean = ExampleWeights.of(1, 0, 1, 0);
    LossValue byFour = SoftmaxCrossEntropy.withLabels(array(LOGITS), LABELS, mean);
    LossValue byTwo = SoftmaxCrossEntropy.withLabels(array(LOGITS), LABELS, mean.dividedBy(2));
    assertEquals(2 * byFour.value(), byTwo.value(), 1e-14);
    assertArrayEquals(flat(byFour.gradient().mul(2)), flat(byTwo.gradient()), 1e-15);
  }

  @Test
  void withTargets_fixedInput_equalsPyTorch() {
    LossValue loss = SoftmaxCrossEntropy.withTargets(array(LOGITS), array(TARGETS));
    assertEquals(2.074415533147455, loss.value(), 1e-14);
    assertArrayEquals(
        new double[] {
          0.0008284940054434724, -0.02620420096270626, 0.025375706957262725,
          0.004624913633752392, 0.018900148765771896, -0.023525062399524305,
          0.09414567481725783, 0.030219976615630362, -0.12436565143288818,
          -0.24132701097836473, 0.10565863637731908, 0.1356683746010457
        },
        flat(loss.gradient()),
        1e-15);
  }

  @Property(tries = 100)
  void withLabels_anyInput_equalsNaiveReference(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 9) int n,
      @ForAll @IntRange(min = 1, max = 12) int k) {
    double[][] logits = gaussian(seed, n, k, 3);
    int[] labels = labels(seed, n, k);
    double expected = 0;
    double[] gradient = new double[n * k];
    for (int i = 0; i < n; i++) {
      double[] p = naiveSoftmax(logits[i]);
      expected -= Math.log(p[labels[i]]) / n;
      for (int j = 0; j < k; j++) {
        gradient[i * k + j] = (p[j] - (j == labels[i] ? 1 : 0)) / n;
      }
    }
    LossValue loss = SoftmaxCrossEntropy.withLabels(array(logits), labels);
    assertEquals(expected, loss.value(), 1e-12 * (1 + expected));
    assertArrayEquals(gradient, flat(loss.gradient()), 1e-13);
    assertTrue(loss.value() >= 0);
  }

  @Property(tries = 30)
  void withLabels_anyInput_gradientEqualsFiniteDifferences(@ForAll long seed) {
    double[][] logits = gaussian(seed, 4, 5, 2);
    int[] labels = labels(seed, 4, 5);
    ExampleWeights weights = ExampleWeights.of(0.5f, 2, 0, 1).dividedBy(3);
    assertGradient(
        logits,
        SoftmaxCrossEntropy.withLabels(array(logits), labels, weights).gradient(),
        x -> SoftmaxCrossEntropy.withLabels(array(x), labels, weights).value(),
        1e-6);
  }

  @Property(tries = 30)
  void withTargets_targetsOfAnyMass_gradientEqualsFiniteDifferences(
      @ForAll long seed, @ForAll @DoubleRange(min = 0.1, max = 3) double mass) {
    double[][] logits = gaussian(seed, 4, 5, 2);
    INDArray targets = array(probabilities(seed + 1, 4, 5)).mul(mass);
    assertGradient(
        logits,
        SoftmaxCrossEntropy.withTargets(array(logits), targets).gradient(),
        x -> SoftmaxCrossEntropy.withTargets(array(x), targets).value(),
        1e-6);
  }

  @Property(tries = 50)
  void withTargets_anyInput_gradientRowsSumToZero(@ForAll long seed) {
    INDArray logits = array(gaussian(seed, 6, 10, 4));
    INDArray targets = array(probabilities(seed + 1, 6, 10));
    INDArray gradient = SoftmaxCrossEntropy.withTargets(logits, targets).gradient();
    assertArrayEquals(new double[6], flat(gradient.sum(1)), 1e-15);
  }

  @Property(tries = 50)
  void withLabels_constantAddedToLogits_sameLoss(
      @ForAll long seed, @ForAll @DoubleRange(min = -1e3, max = 1e3) double constant) {
    INDArray logits = array(gaussian(seed, 6, 10, 4));
    int[] labels = labels(seed, 6, 10);
    LossValue loss = SoftmaxCrossEntropy.withLabels(logits, labels);
    LossValue shifted = SoftmaxCrossEntropy.withLabels(logits.add(constant), labels);
    assertEquals(loss.value(), shifted.value(), 1e-11);
    assertArrayEquals(flat(loss.gradient()), flat(shifted.gradient()), 1e-12);
  }

  @Property(tries = 50)
  void withLabels_oneHotTargets_sameAsTargets(@ForAll long seed) {
    INDArray logits = array(gaussian(seed, 6, 10, 4));
    int[] labels = labels(seed, 6, 10);
    double[][] oneHot = new double[6][10];
    for (int i = 0; i < 6; i++) {
      oneHot[i][labels[i]] = 1;
    }
    LossValue hard = SoftmaxCrossEntropy.withLabels(logits, labels);
    LossValue soft = SoftmaxCrossEntropy.withTargets(logits, array(oneHot));
    assertEquals(hard.value(), soft.value(), 1e-14);
    assertArrayEquals(flat(hard.gradient()), flat(soft.gradient()), 1e-15);
  }

  @Property(tries = 30)
  void withLabels_stridedViews_sameAsDense(@ForAll long seed) {
    double[][] logits = gaussian(seed, 5, 4, 3);
    double[][] targets = probabilities(seed, 5, 4);
    int[] labels = labels(seed, 5, 4);
    assertEquals(
        SoftmaxCrossEntropy.withLabels(array(logits), labels).value(),
        SoftmaxCrossEntropy.withLabels(strided(logits), labels).value());
    assertSameValues(
        SoftmaxCrossEntropy.withTargets(array(logits), array(targets)).gradient(),
        SoftmaxCrossEntropy.withTargets(strided(logits), strided(targets)).gradient());
  }

  @Test
  void withLabelsInto_rowsOfLargerGradient_writesThoseAlone() {
    INDArray logits = array(gaussian(1, 6, 3, 1)).castTo(DataType.FLOAT);
    INDArray all = Nd4j.valueArrayOf(new long[] {6, 3}, 7f, DataType.FLOAT);
    INDArray rows = all.get(NDArrayIndex.interval(2, 5), NDArrayIndex.all());
    INDArray sameRows = logits.get(NDArrayIndex.interval(2, 5), NDArrayIndex.all());
    double value =
        SoftmaxCrossEntropy.withLabelsInto(
            sameRows, new int[] {0, 1, 2}, ExampleWeights.uniform(), rows);
    LossValue expected = SoftmaxCrossEntropy.withLabels(sameRows.dup(), new int[] {0, 1, 2});
    assertEquals(expected.value(), value);
    assertSameValues(expected.gradient(), all.get(NDArrayIndex.interval(2, 5), NDArrayIndex.all()));
    for (int row : new int[] {0, 1, 5}) {
      assertArrayEquals(new float[] {7, 7, 7}, all.getRow(row).toFloatVector());
    }
  }

  @Test
  void withLabelsInto_stridedGradientOrLogitsThemselves_sameGradient() {
    double[][] logits = gaussian(2, 4, 3, 1);
    INDArray expected = SoftmaxCrossEntropy.withLabels(array(logits), LABELS).gradient();
    INDArray strided = strided(new double[4][3]);
    INDArray inPlace = array(logits);
    ExampleWeights uniform = ExampleWeights.uniform();
    SoftmaxCrossEntropy.withLabelsInto(array(logits), LABELS, uniform, strided);
    SoftmaxCrossEntropy.withLabelsInto(inPlace, LABELS, uniform, inPlace);
    assertSameValues(expected, strided.dup('c'));
    assertSameValues(expected, inPlace);
  }

  @Test
  void withLabels_float32_gradientIsFloat32AndLogitsAreUntouched() {
    INDArray logits = array(LOGITS).castTo(DataType.FLOAT);
    INDArray before = logits.dup();
    LossValue loss = SoftmaxCrossEntropy.withLabels(logits, Nd4j.createFromArray(LABELS));
    assertEquals(DataType.FLOAT, loss.gradient().dataType());
    assertEquals(1.830665533147455, loss.value(), 1e-7);
    assertSameValues(before, logits);
  }

  @Test
  void withLabels_int64Labels_sameAsInts() {
    INDArray labels = Nd4j.createFromArray(0L, 1L, 2L, 1L);
    ExampleWeights weights = ExampleWeights.of(Nd4j.createFromArray(1f, 2f, 3f, 4f));
    assertEquals(
        SoftmaxCrossEntropy.withLabels(array(LOGITS), LABELS, weights).value(),
        SoftmaxCrossEntropy.withLabels(array(LOGITS), labels, weights).value());
  }

  @Test
  void withLabels_hugeLogits_staysFinite() {
    INDArray logits = array(new double[][] {{1e30, 0, -1e30}, {800, -800, 0}});
    LossValue loss = SoftmaxCrossEntropy.withLabels(logits, new int[] {0, 0});
    assertEquals(0, loss.value(), 0);
    assertArrayEquals(new double[6], flat(loss.gradient()), 0);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void anyLoss_nonFiniteLogit_isNaN(double poison) {
    INDArray logits = array(LOGITS);
    logits.putScalar(1, 0, poison);
    INDArray targets = array(TARGETS);
    ExampleWeights masked = ExampleWeights.of(1, 0, 1, 1);
    assertTrue(Double.isNaN(SoftmaxCrossEntropy.withLabels(logits, LABELS).value()));
    assertTrue(Double.isNaN(SoftmaxCrossEntropy.withLabels(logits, LABELS, masked).value()));
    assertTrue(Double.isNaN(SoftmaxCrossEntropy.withTargets(logits, targets).value()));
    assertTrue(Double.isNaN(SoftmaxMeanSquaredError.of(logits, targets).value()));
    assertTrue(Double.isNaN(SoftmaxKlDivergence.of(logits, targets).value()));
    assertTrue(Double.isNaN(CosineDistance.of(logits, targets).value()));
  }

  @Test
  void withLabels_wrongArguments_namesExpectedAndActual() {
    INDArray logits = array(LOGITS);
    assertMessage(
        "labels: expected [4], got [3]",
        () -> SoftmaxCrossEntropy.withLabels(logits, new int[] {0, 1, 2}));
    assertMessage(
        "labels[2]: expected [0, 3), got 3",
        () -> SoftmaxCrossEntropy.withLabels(logits, new int[] {0, 1, 3, 0}));
    assertMessage(
        "labels[0]: expected [0, 3), got -1",
        () -> SoftmaxCrossEntropy.withLabels(logits, new int[] {-1, 1, 2, 0}));
    assertMessage(
        "labels: expected [N] of an integer dtype, got [4] of FLOAT",
        () -> SoftmaxCrossEntropy.withLabels(logits, Nd4j.createFromArray(1f, 0f, 1f, 0f)));
    assertMessage(
        "logits: expected [N, K] with N, K at least 1, got [3]",
        () -> SoftmaxCrossEntropy.withLabels(Nd4j.createFromArray(1f, 2f, 3f), LABELS));
    assertMessage(
        "logits: expected FLOAT or DOUBLE, got INT",
        () -> SoftmaxCrossEntropy.withLabels(Nd4j.createFromArray(new int[4][3]), LABELS));
    assertMessage(
        "targets: expected [4, 3], got [3, 3]",
        () -> SoftmaxCrossEntropy.withTargets(logits, Nd4j.eye(3)));
    assertMessage(
        "weights: expected [4], got [2]",
        () -> SoftmaxCrossEntropy.withLabels(logits, LABELS, ExampleWeights.of(1, 1)));
    assertMessage(
        "gradientOut: expected DOUBLE as the logits, got FLOAT",
        () ->
            SoftmaxCrossEntropy.withLabelsInto(
                logits, LABELS, ExampleWeights.uniform(), Nd4j.create(DataType.FLOAT, 4, 3)));
  }

  static void assertMessage(String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
