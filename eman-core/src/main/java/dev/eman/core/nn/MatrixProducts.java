package dev.eman.core.nn;

import static com.google.common.base.Preconditions.checkArgument;

import java.lang.ref.Reference;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Products of row-major matrices. BLAS computes in columns, and gets the transposed product here,
 * {@code (a b)ᵀ = bᵀ aᵀ}, whose columns are the rows: nothing is copied. ND4J's {@code mmul} took
 * 1.7 times as long with one thread and 1.6 to 4 times with two, allocation included.
 *
 * <p>All matrices are float32 or float64, those of one product of one dtype. Operands that are not
 * row-major with adjacent elements are copied. Shapes that do not fit are an {@link
 * IllegalArgumentException}.
 */
public final class MatrixProducts {
  private MatrixProducts() {}

  /**
   * {@code a b}.
   *
   * @param a {@code [N, D]}; read
   * @param b {@code [D, M]}; read
   * @return {@code [N, M]}, a new row-major array
   */
  public static INDArray of(INDArray a, INDArray b) {
    return into(a, false, b, false, allocate(a, a.size(0), b.size(1)));
  }

  /**
   * {@link #of} into the caller's array.
   *
   * @param a {@code [N, D]}; read
   * @param b {@code [D, M]}; read
   * @param out {@code [N, M]}, row-major, adjacent elements; overwritten
   */
  public static void ofInto(INDArray a, INDArray b, INDArray out) {
    into(a, false, b, false, out);
  }

  /**
   * {@code a bᵀ}: the products of rows.
   *
   * @param a {@code [N, D]}; read
   * @param b {@code [M, D]}; read
   * @return {@code [N, M]}, a new row-major array
   */
  public static INDArray ofRows(INDArray a, INDArray b) {
    return into(a, false, b, true, allocate(a, a.size(0), b.size(0)));
  }

  /**
   * {@code aᵀ b}: the products of columns.
   *
   * @param a {@code [N, D]}; read
   * @param b {@code [N, M]}; read
   * @return {@code [D, M]}, a new row-major array
   */
  public static INDArray ofColumns(INDArray a, INDArray b) {
    return into(a, true, b, false, allocate(a, a.size(1), b.size(1)));
  }

  /**
   * {@link #ofColumns} into the caller's array.
   *
   * @param a {@code [N, D]}; read
   * @param b {@code [N, M]}; read
   * @param out {@code [D, M]}, row-major, adjacent elements; overwritten
   */
  public static void ofColumnsInto(INDArray a, INDArray b, INDArray out) {
    into(a, true, b, false, out);
  }

  private static INDArray allocate(INDArray like, long rows, long columns) {
    return Nd4j.createUninitialized(like.dataType(), new long[] {rows, columns}, 'c');
  }

  private static INDArray into(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, INDArray out) {
    checkArgument(
        a.rank() == 2
            && b.rank() == 2
            && a.size(transposeA ? 0 : 1) == b.size(transposeB ? 1 : 0)
            && out.size(0) == a.size(transposeA ? 1 : 0)
            && out.size(1) == b.size(transposeB ? 0 : 1),
        "product of matrices: %s%s and %s%s do not give %s",
        new Shape(a),
        transposeA ? " transposed" : "",
        new Shape(b),
        transposeB ? " transposed" : "",
        new Shape(out));
    checkArgument(
        a.dataType() == b.dataType() && a.dataType() == out.dataType(),
        "product of matrices: expected one dtype, got %s, %s and %s",
        a.dataType(),
        b.dataType(),
        out.dataType());
    checkArgument(isRowMajor(out), "product of matrices: expected adjacent rows to write to");
    INDArray left = isRowMajor(a) ? a : a.dup('c');
    INDArray right = isRowMajor(b) ? b : b.dup('c');
    try {
      Nd4j.gemm(
          columnMajor(right), columnMajor(left), columnMajor(out), transposeB, transposeA, 1, 0);
    } finally { // BLAS gets addresses.
      Reference.reachabilityFence(left);
      Reference.reachabilityFence(right);
      Reference.reachabilityFence(out);
    }
    return out;
  }

  /** The same memory as the transposed matrix. */
  private static INDArray columnMajor(INDArray matrix) {
    return Nd4j.create(
        matrix.data(),
        new long[] {matrix.size(1), matrix.size(0)},
        new long[] {1, matrix.size(1)},
        matrix.offset(),
        'f',
        matrix.dataType());
  }

  private static boolean isRowMajor(INDArray matrix) {
    return (matrix.size(1) == 1 || matrix.stride(1) == 1)
        && (matrix.size(0) == 1 || matrix.stride(0) == matrix.size(1));
  }

  /** Formatted only for a message. */
  private record Shape(INDArray array) {
    @Override
    public String toString() {
      return Arrays.toString(array.shape());
    }
  }
}
