package dev.eman.core.loss;

import static dev.eman.core.loss.LossChecks.array;
import static dev.eman.core.loss.LossChecks.flat;
import static dev.eman.core.loss.LossChecks.gaussian;
import static dev.eman.core.loss.LossChecks.naiveSoftmax;
import static dev.eman.core.loss.LossChecks.probabilities;
import static dev.eman.core.loss.LossChecks.strided;
import static dev.eman.core.loss.SoftmaxCrossEntropyTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class SoftmaxTest {
  @Property(tries = 50)
  void of_anyLogits_equalsNaiveReference(
      @ForAll long seed, @ForAll @DoubleRange(min = 0.2, max = 5) double temperature) {
    double[][] logits = gaussian(seed, 4, 6, 3);
    INDArray actual = Softmax.of(strided(logits), temperature);
    for (int i = 0; i < 4; i++) {
      double[] row = logits[i].clone();
      for (int k = 0; k < row.length; k++) {
        row[k] /= temperature;
      }
      assertArrayEquals(naiveSoftmax(row), flat(actual.getRow(i)), 1e-14);
    }
  }

  /** Some rows at a time, the last ones fewer; or rows longer than that. */
  @ParameterizedTest
  @CsvSource({"FLOAT, 7000, 10", "DOUBLE, 7000, 10", "FLOAT, 3, 40000", "DOUBLE, 3, 40000"})
  void ofAndSharpen_largeMatrixOfAnyLayout_haveTheBitsOfTheirRows(
      DataType type, int rows, int classes) {
    assertTrue(rows * classes % Arrays2d.BLOCK != 0 && rows * classes > 2 * Arrays2d.BLOCK);
    INDArray all = array(gaussian(1, 2 * rows, 2 * classes, 3)).castTo(type);
    INDArray apart =
        all.get(
            NDArrayIndex.interval(0, 2, 2 * rows - 1), NDArrayIndex.interval(1, 2, 2 * classes));
    double[] of = new double[rows * classes];
    double[] sharpened = new double[rows * classes];
    for (int i = 0; i < rows; i++) {
      INDArray p = Softmax.of(apart.getRow(i, true).dup('c'), 0.7);
      System.arraycopy(flat(p), 0, of, i * classes, classes);
      System.arraycopy(flat(Softmax.sharpen(p, 0.7)), 0, sharpened, i * classes, classes);
    }
    INDArray below =
        Nd4j.vstack(apart, apart).get(NDArrayIndex.interval(rows, 2 * rows), NDArrayIndex.all());
    for (INDArray logits : List.of(apart, apart.dup('c'), apart.dup('f'), below)) {
      INDArray p = Softmax.of(logits, 0.7);
      assertEquals(type, p.dataType());
      assertArrayEquals(of, flat(p));
      assertArrayEquals(sharpened, flat(Softmax.sharpen(p, 0.7)));
      assertArrayEquals(sharpened, flat(Softmax.sharpen(p.dup('f'), 0.7)));
    }
  }

  @Test
  void of_float32_isFloat32AndSumsToOne() {
    INDArray p = Softmax.of(array(gaussian(1, 3, 7, 50)).castTo(DataType.FLOAT));
    assertEquals(DataType.FLOAT, p.dataType());
    assertArrayEquals(new double[] {1, 1, 1}, flat(p.sum(1)), 1e-6);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void ofInPlace_viewOfRows_isTheSoftmaxAndReturnsTheLargest(DataType type) {
    INDArray all = array(gaussian(1, 6, 700, 3)).castTo(type);
    INDArray before = all.dup();
    INDArray rows = all.get(NDArrayIndex.interval(2, 5), NDArrayIndex.all());
    double[] largest = Softmax.ofInPlace(rows);
    INDArray expected = Softmax.of(before.get(NDArrayIndex.interval(2, 5), NDArrayIndex.all()));
    assertArrayEquals(flat(expected), flat(rows), type == DataType.FLOAT ? 1e-7 : 1e-14);
    assertArrayEquals(flat(rows.max(1)), largest, 1e-7);
    for (int row : new int[] {0, 1, 5}) {
      assertEquals(before.getRow(row), all.getRow(row));
    }
  }

  @Test
  void ofInPlace_longRowsOfFloat32_sumToOne() {
    INDArray rows = array(gaussian(1, 2, 131_072, 0.1)).castTo(DataType.FLOAT);
    double[] largest = Softmax.ofInPlace(rows);
    assertArrayEquals(
        new double[] {1, 1}, rows.castTo(DataType.DOUBLE).sum(1).toDoubleVector(), 1e-6);
    assertArrayEquals(flat(rows.max(1)), largest, 0);
  }

  @Test
  void ofInPlace_nan_makesItsRowNaNAlone() {
    INDArray rows = array(new double[][] {{1, Double.NaN, 0}, {0, 0, 0}}).castTo(DataType.FLOAT);
    Softmax.ofInPlace(rows);
    assertTrue(Arrays.stream(flat(rows.getRow(0))).allMatch(Double::isNaN));
    assertEquals(1, rows.getRow(1).sumNumber().doubleValue(), 1e-6);
  }

  @Test
  void ofInPlace_columnsApart_isRefused() {
    INDArray rows = array(gaussian(1, 3, 7, 1)).transpose();
    assertMessage(
        "logits: expected adjacent elements in c order, got [7, 3] with strides [1, 7]",
        () -> Softmax.ofInPlace(rows));
  }

  @Property(tries = 50)
  void sharpen_softmax_equalsSoftmaxAtTemperature(
      @ForAll long seed, @ForAll @DoubleRange(min = 0.2, max = 5) double temperature) {
    INDArray logits = array(gaussian(seed, 4, 6, 3));
    assertArrayEquals(
        flat(Softmax.of(logits, temperature)),
        flat(Softmax.sharpen(Softmax.of(logits), temperature)),
        1e-12);
  }

  @Property(tries = 20)
  void sharpen_temperatureOne_isIdentity(@ForAll long seed) {
    INDArray p = array(probabilities(seed, 4, 6));
    assertArrayEquals(flat(p), flat(Softmax.sharpen(p, 1)), 1e-15);
  }

  @Test
  void sharpen_tinyProbabilitiesAndLowTemperature_doesNotVanish() {
    INDArray p = array(new double[][] {{1e-200, 2e-200, 0}});
    assertArrayEquals(new double[] {0.2, 0.8, 0}, flat(Softmax.sharpen(p, 0.5)), 1e-15);
  }

  @Test
  void sharpen_impossibleRow_isNaNAlone() {
    INDArray p = array(new double[][] {{0, 0}, {0.25, 0.75}, {Double.NaN, 1}, {-0.1, 1.1}});
    double[] q = flat(Softmax.sharpen(p, 0.5));
    for (int i : new int[] {0, 1, 4, 5, 6, 7}) {
      assertTrue(Double.isNaN(q[i]), "element " + i);
    }
    assertEquals(0.1, q[2], 1e-15);
  }

  @Test
  void of_nonFiniteRow_isNaNAlone() {
    double[] p = flat(Softmax.of(array(new double[][] {{Double.NEGATIVE_INFINITY, 0}, {0, 0}})));
    assertTrue(Double.isNaN(p[0]) && Double.isNaN(p[1]));
    assertEquals(0.5, p[2]);
  }

  @Test
  void of_temperatureZero_throws() {
    assertMessage(
        "temperature: expected above 0, got 0.0", () -> Softmax.of(array(new double[][] {{1}}), 0));
  }
}
