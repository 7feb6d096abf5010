package dev.eman.core.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A loss that treats every row of a matrix by itself. */
@FunctionalInterface
interface RowLoss {
  /**
   * The loss of one row; replaces the row by the gradient of {@code scale * loss}.
   *
   * @param values all rows, row-major; the row is mutated
   * @param row the index of the row's first element
   * @param columns how many elements the row has
   * @param scale what multiplies the loss in the total
   * @return the loss of the row, not scaled
   */
  double replaceByGradient(double[] values, int row, int columns, double scale);

  /**
   * The weighted sum of the losses of all rows.
   *
   * @param rows {@code [N, K]}; read
   * @param gradientOut {@code [N, K]}, dtype of the rows; overwritten
   */
  static double sum(INDArray rows, ExampleWeights weights, INDArray gradientOut, RowLoss loss) {
    Arrays2d.checkGradientOut(gradientOut, rows);
    int examples = (int) rows.size(0);
    int columns = (int) rows.size(1);
    weights.checkExamples(examples);
    double[] values = Arrays2d.read(rows);
    double sum = 0;
    for (int i = 0; i < examples; i++) {
      double scale = weights.scale(i, examples);
      sum += scale * loss.replaceByGradient(values, i * columns, columns, scale);
    }
    Arrays2d.write(values, gradientOut);
    return sum;
  }
}
