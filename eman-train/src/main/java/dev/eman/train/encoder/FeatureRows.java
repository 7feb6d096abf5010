package dev.eman.train.encoder;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Gathers the features of many images, a batch at a time, in one array outside of Java's heap. A
 * list of batches that is put together at the end would take twice the memory.
 */
public final class FeatureRows {
  private final long most;
  private @Nullable INDArray all;
  private long count;

  /**
   * Without rows.
   *
   * @param most images, at least 1
   */
  public FeatureRows(long most) {
    checkArgument(most >= 1, "images: expected at least one, got %s", most);
    this.most = most;
  }

  /**
   * Adds rows.
   *
   * @param rows {@code [N, D]}, D as before, any dtype; copied
   * @throws IllegalArgumentException for another shape, or more rows than there is room for
   */
  public void add(INDArray rows) {
    checkArgument(
        rows.rank() == 2, "features: expected [N, D], got %s", Arrays.toString(rows.shape()));
    if (all == null) {
      all = Nd4j.createUninitialized(DataType.FLOAT, new long[] {most, rows.size(1)}, 'c');
    }
    long end = count + rows.size(0);
    checkArgument(
        rows.size(1) == all.size(1) && end <= most,
        "features: expected at most [%s, %s], got %s",
        most - count,
        all.size(1),
        Arrays.toString(rows.shape()));
    all.get(NDArrayIndex.interval(count, end), NDArrayIndex.all()).assign(rows);
    count = end;
  }

  /**
   * A matrix of which rows can be viewed. ND4J 1.0.0-M2.1 finds no data for a view of a view if it
   * begins behind as many elements of the buffer as the view has.
   *
   * @param matrix {@code [N, D]}
   * @return itself, or a copy of a view
   */
  public static INDArray viewable(INDArray matrix) {
    boolean dense = matrix.ordering() == 'c' && matrix.stride(0) == matrix.size(1);
    return dense && matrix.offset() == 0 ? matrix : matrix.dup('c');
  }

  /** Whether there are no rows yet. */
  public boolean isEmpty() {
    return count == 0;
  }

  /**
   * All rows.
   *
   * @return {@code [N, D]}, float32, c order; a view, to which no more is added
   * @throws IllegalStateException if there are none
   */
  public INDArray values() {
    checkState(all != null && count > 0, "features: expected at least one image, got none");
    return count == most ? all : all.get(NDArrayIndex.interval(0, count), NDArrayIndex.all());
  }
}
