package dev.eman.train.errors;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.primitives.ImmutableIntArray;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class RidgeRegressionTest {
  /** Where the penalised sum of squares is least its gradient is zero. */
  @Property(tries = 20)
  void weights_anyFeatures_gradientIsZero(@ForAll long seed) {
    Random random = new Random(seed);
    int n = 5 + random.nextInt(20);
    int d = 2 + random.nextInt(20);
    INDArray features = gaussian(random, n, d);
    INDArray used = Nd4j.create(DataType.FLOAT, n, 1);
    for (int i = 0; i < n; i++) {
      used.putScalar(i, random.nextInt(4) == 0 ? 0 : 1);
    }
    INDArray targets = gaussian(random, n, 3).muliColumnVector(used);
    INDArray weights = RidgeRegression.weights(features, rows(targets), used, 0.5);
    INDArray error = features.mmul(weights).muliColumnVector(used).subi(targets);
    INDArray gradient = features.transpose().mmul(error).addi(weights.mul(0.5));
    assertClose(Nd4j.zerosLike(gradient), gradient, 1e-3);
  }

  /** One feature: w = Σ x t / (Σ x² + penalty), without the last image. */
  @Test
  void weights_oneFeature_asByHand() {
    INDArray weights =
        RidgeRegression.weights(
            Nd4j.createFromArray(new float[][] {{1}, {2}, {3}}),
            rows(Nd4j.createFromArray(new float[][] {{4}, {1}, {0}})),
            Nd4j.createFromArray(new float[][] {{1}, {1}, {0}}),
            1);
    assertEquals(1, weights.getDouble(0, 0), 1e-6);
  }

  private static RidgeRegression.Targets rows(INDArray targets) {
    return (from, to) -> targets.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  private static INDArray gaussian(Random random, int n, int d) {
    float[][] rows = new float[n][d];
    for (float[] row : rows) {
      for (int i = 0; i < d; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return Nd4j.createFromArray(rows);
  }

  /** Scores that are probabilities' logarithms need no factor. */
  @Test
  void temperature_calibratedScores_factorOfOne() {
    // Of eight images of each row's scores, as many have each label as the probabilities say.
    double[] shares = {0.5, 0.25, 0.25};
    float[][] scores = new float[8][3];
    int[] labels = {0, 0, 0, 0, 1, 1, 2, 2};
    for (float[] row : scores) {
      for (int k = 0; k < 3; k++) {
        row[k] = (float) Math.log(shares[k]);
      }
    }
    INDArray found = Nd4j.createFromArray(scores);
    Temperature.softmaxInPlace(found, ImmutableIntArray.copyOf(labels));
    for (int k = 0; k < 3; k++) {
      assertEquals(shares[k], found.getDouble(0, k), 1e-6);
    }
  }
}
