package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The last rows that an algorithm was given, such as embeddings of former batches: first in, first
 * out. Its arrays keep their shapes while it fills, so that they can be {@linkplain
 * StudentTeacherAlgorithm#state state} of an algorithm.
 */
public final class RowRing {
  private final INDArray rows;
  // An array, so that checkpoints store it.
  private final INDArray added = Nd4j.zeros(DataType.DOUBLE, 1);

  /**
   * An empty ring.
   *
   * @param size rows that it holds, at least 1
   * @param width of the rows, at least 1
   */
  public RowRing(long size, long width, DataType type) {
    checkArgument(size > 0 && width > 0, "size: expected at least 1, 1, got %s, %s", size, width);
    rows = Nd4j.zeros(type, size, width);
  }

  /** How many rows it holds now. */
  public long length() {
    return Math.min((long) added.getDouble(0), rows.size(0));
  }

  /** Whether it holds as many rows as it can. */
  public boolean isFull() {
    return length() == rows.size(0);
  }

  /** The rows {@code [length(), width]}, at least one, in no particular order: a view. */
  public INDArray rows() {
    checkState(length() > 0, "rows: expected at least one to have been added");
    return StepContext.rows(rows, 0, length());
  }

  /**
   * A copy of the rows as they will be when these have been added.
   *
   * @param next {@code [N, width]}, N at least 1; read
   */
  public INDArray rowsWith(INDArray next) {
    RowRing after = new RowRing(rows.size(0), rows.size(1), rows.dataType());
    after.rows.assign(rows);
    after.added.assign(added);
    after.add(next);
    return after.rows();
  }

  /**
   * Puts rows in the places of the oldest ones; of more than it holds, the last are kept.
   *
   * @param next {@code [N, width]}; copied
   */
  public void add(INDArray next) {
    checkArgument(
        next.rank() == 2 && next.size(1) == rows.size(1),
        "rows: expected [N, %s], got %s",
        rows.size(1),
        Arrays.toString(next.shape()));
    for (long from = 0; from < next.size(0); ) {
      long at = (long) added.getDouble(0) % rows.size(0);
      long n = Math.min(next.size(0) - from, rows.size(0) - at);
      StepContext.rows(rows, at, at + n).assign(StepContext.rows(next, from, from + n));
      added.addi(n);
      from += n;
    }
  }

  /**
   * Its arrays, for {@link StudentTeacherAlgorithm#state}.
   *
   * @param name of the rows; the number of rows that were ever added is {@code name_added}
   */
  public Map<String, INDArray> state(String name) {
    return ImmutableMap.of(name, rows, name + "_added", added);
  }
}
