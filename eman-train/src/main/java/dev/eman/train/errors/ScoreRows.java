package dev.eman.train.errors;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Doubles;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.train.encoder.FeatureRows;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The rows of a matrix with a number for each image and class, of which a few megabytes at a time
 * are on Java's heap.
 */
final class ScoreRows {
  /** Elements on the heap at once. */
  private static final int BLOCK = 1 << 19;

  private final INDArray matrix;

  /**
   * Rows.
   *
   * @param matrix {@code [N, K]}, float32 or float64; viewed, a view copied
   */
  ScoreRows(INDArray matrix) {
    this.matrix = FeatureRows.viewable(matrix);
  }

  /** Takes one row after the other. */
  @FunctionalInterface
  interface Visitor {
    /**
     * A row.
     *
     * @param image 0 to N - 1
     * @param row {@code [K]}
     */
    void visit(int image, double[] row);
  }

  /** Takes several rows. */
  @FunctionalInterface
  interface BlockVisitor {
    /**
     * A block.
     *
     * @param first image of the block
     * @param rows {@code [images][K]}
     */
    void visit(int first, double[][] rows);
  }

  /**
   * Rows of probabilities that belong to labels.
   *
   * @param probabilities {@code [N, K]}, viewed
   * @param labels {@code [N]}, 0 to K - 1
   * @throws IllegalArgumentException for other shapes and labels, and for numbers that are no
   *     probabilities
   */
  static ScoreRows ofProbabilities(INDArray probabilities, ImmutableIntArray labels) {
    checkArgument(
        probabilities.rank() == 2 && probabilities.size(0) == labels.length() && !labels.isEmpty(),
        "probabilities: expected [N, K] for %s labels, got %s",
        labels.length(),
        Arrays.toString(probabilities.shape()));
    ScoreRows rows = new ScoreRows(probabilities);
    int classes = rows.classes();
    labels.forEach(
        label ->
            checkArgument(
                label >= 0 && label < classes,
                "label: expected 0 to %s, got %s",
                classes - 1,
                label));
    rows.forEach(
        (image, row) ->
            checkArgument(
                Arrays.stream(row).allMatch(p -> p >= 0 && p <= 1 + 1e-6),
                "probabilities: expected 0 to 1, got %s in row %s",
                Doubles.asList(row),
                image));
    return rows;
  }

  /** N. */
  int images() {
    return Math.toIntExact(matrix.size(0));
  }

  /** K. */
  int classes() {
    return Math.toIntExact(matrix.size(1));
  }

  /** Visits all rows in order. */
  void forEach(Visitor visitor) {
    forEachBlock(
        (first, rows) -> {
          for (int i = 0; i < rows.length; i++) {
            visitor.visit(first + i, rows[i]);
          }
        });
  }

  /** Visits all blocks of rows in order. */
  void forEachBlock(BlockVisitor visitor) {
    int images = images();
    int block = Math.max(1, BLOCK / Math.max(1, classes()));
    for (int from = 0; from < images; from += block) {
      int to = Math.min(images, from + block);
      visitor.visit(from, read(from, to));
    }
  }

  /** In one copy: {@code toDoubleMatrix} goes through the native code for each row. */
  private double[][] read(int from, int to) {
    double[] values =
        matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()).dup('c').data().asDouble();
    double[][] rows = new double[to - from][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(values, i * classes(), (i + 1) * classes()));
    return rows;
  }

  /** The number that each image has at its label, {@code [N]}. */
  double[] at(ImmutableIntArray labels) {
    double[] own = new double[images()];
    forEach((image, row) -> own[image] = row[labels.get(image)]);
    return own;
  }
}
