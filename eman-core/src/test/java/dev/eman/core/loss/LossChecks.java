package dev.eman.core.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What the tests of all losses share: inputs, naive arithmetic, finite differences. */
final class LossChecks {
  private LossChecks() {}

  /** Normal numbers times {@code spread}, {@code [rows][columns]}. */
  static double[][] gaussian(long seed, int rows, int columns, double spread) {
    Random random = new Random(seed);
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      for (int k = 0; k < columns; k++) {
        row[k] = spread * random.nextGaussian();
      }
    }
    return values;
  }

  /** Rows of positive numbers that sum to 1. */
  static double[][] probabilities(long seed, int rows, int columns) {
    double[][] values = gaussian(seed, rows, columns, 1);
    for (int i = 0; i < rows; i++) {
      values[i] = naiveSoftmax(values[i]);
    }
    return values;
  }

  static int[] labels(long seed, int rows, int classes) {
    return new Random(seed).ints(rows, 0, classes).toArray();
  }

  static double[] naiveSoftmax(double[] logits) {
    double sum = 0;
    double[] p = new double[logits.length];
    for (int k = 0; k < p.length; k++) {
      p[k] = Math.exp(logits[k]);
      sum += p[k];
    }
    for (int k = 0; k < p.length; k++) {
      p[k] /= sum;
    }
    return p;
  }

  static INDArray array(double[][] values) {
    return Nd4j.createFromArray(values);
  }

  /** The same numbers as every second row and column of a larger column-major array. */
  static INDArray strided(double[][] values) {
    int rows = values.length;
    int columns = values[0].length;
    INDArray large =
        Nd4j.create(DataType.DOUBLE, new long[] {2L * rows + 1, 2L * columns + 1}, 'f');
    INDArray result =
        large.get(
            NDArrayIndex.interval(1, 2, 2L * rows + 1),
            NDArrayIndex.interval(1, 2, 2L * columns + 1));
    result.assign(array(values));
    return result;
  }

  static double[] flat(INDArray array) {
    return array.dup('c').castTo(DataType.DOUBLE).data().asDouble();
  }

  /** Compares {@code gradient} with central differences of {@code loss}, in float64. */
  static void assertGradient(
      double[][] at, INDArray gradient, ToDoubleFunction<double[][]> loss, double tolerance) {
    double norm = Math.max(gradient.norm2Number().doubleValue(), 1e-12);
    double h = 1e-5;
    double[] actual = flat(gradient);
    double squares = 0;
    for (int i = 0; i < at.length; i++) {
      for (int k = 0; k < at[i].length; k++) {
        double original = at[i][k];
        at[i][k] = original + h;
        double above = loss.applyAsDouble(at);
        at[i][k] = original - h;
        double below = loss.applyAsDouble(at);
        at[i][k] = original;
        double difference = (above - below) / (2 * h) - actual[i * at[i].length + k];
        squares += difference * difference;
      }
    }
    assertEquals(0, Math.sqrt(squares) / norm, tolerance, "relative error of the gradient");
  }
}
