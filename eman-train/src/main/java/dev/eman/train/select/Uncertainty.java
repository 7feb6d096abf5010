package dev.eman.train.select;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** How unsure networks are of an image's class, from 0 (sure) to 1. */
enum Uncertainty {
  /** {@code 1 - (p₁ - p₂)} with the two greatest probabilities. */
  MARGIN {
    @Override
    double of(double[] student, double[] deployed) {
      double first = 0;
      double second = 0;
      for (double p : deployed) {
        if (p > first) {
          second = first;
          first = p;
        } else if (p > second) {
          second = p;
        }
      }
      return 1 - (first - second);
    }
  },

  /** {@code -Σ p ln p / ln K}. */
  ENTROPY {
    @Override
    double of(double[] student, double[] deployed) {
      return entropy(deployed) / Math.log(Math.max(2, deployed.length));
    }
  },

  /**
   * How far student and teacher are apart: their Jensen-Shannon divergence, {@code H((p + q) / 2) -
   * (H(p) + H(q)) / 2}, in bits.
   */
  DISAGREEMENT {
    @Override
    double of(double[] student, double[] deployed) {
      double[] mean = new double[student.length];
      Arrays.setAll(mean, k -> (student[k] + deployed[k]) / 2);
      return (entropy(mean) - (entropy(student) + entropy(deployed)) / 2) / Math.log(2);
    }
  };

  /** Furthest that the probabilities of an image may be from a sum of 1. */
  private static final double TOLERANCE = 1e-3;

  private static final int ROWS = 4096;

  /**
   * Of one image.
   *
   * @param student its probabilities {@code [K]}
   * @param deployed those of the network that would be used, the teacher's if there is one
   */
  abstract double of(double[] student, double[] deployed);

  /**
   * Of all images.
   *
   * @param student probabilities {@code [N, K]}; read
   * @param deployed the same; read
   * @return {@code [N]}, 0 to 1
   */
  double[] of(INDArray student, INDArray deployed) {
    double[] all = new double[Math.toIntExact(student.size(0))];
    for (int from = 0; from < all.length; from += ROWS) {
      double[][] rows = rows(student, from);
      double[][] others = student == deployed ? rows : rows(deployed, from);
      for (int i = 0; i < rows.length; i++) { // Rounding may leave the range.
        all[from + i] = Math.min(1, Math.max(0, of(rows[i], others[i])));
      }
    }
    return all;
  }

  /** Some rows at once: reading them one by one takes far longer. */
  private static double[][] rows(INDArray matrix, int from) {
    long to = Math.min(matrix.size(0), from + ROWS);
    return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()).toDoubleMatrix();
  }

  private static double entropy(double[] probabilities) {
    double sum = 0;
    for (double p : probabilities) {
      sum -= p > 0 ? p * Math.log(p) : 0;
    }
    return sum;
  }

  /** Checks that all rows are probabilities. */
  static void check(String name, INDArray probabilities) {
    for (int from = 0; from < probabilities.size(0); from += ROWS) {
      double[][] rows = rows(probabilities, from);
      for (int i = 0; i < rows.length; i++) {
        check(name, rows[i], from + i);
      }
    }
  }

  private static void check(String name, double[] row, int index) {
    double sum = 0;
    boolean sound = true;
    for (double p : row) {
      sum += p;
      sound &= p >= 0;
    }
    checkArgument(
        sound && Math.abs(sum - 1) < TOLERANCE,
        "%s: expected probabilities, at least 0 and with a sum of 1, got a sum of %s in row %s",
        name,
        sum,
        index);
  }
}
