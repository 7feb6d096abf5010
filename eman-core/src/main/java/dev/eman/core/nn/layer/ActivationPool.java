package dev.eman.core.nn.layer;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A workspace manager that lends out memory and counts who still reads it. */
public interface ActivationPool {

  /** An unwritten {@code [n, c, h, w]} array in channels-last memory. */
  INDArray channelsLast(DataType type, long n, long c, long h, long w);

  /** Whether nobody but the caller still reads this array, so that it may be overwritten. */
  boolean isExclusive(INDArray array);

  /**
   * The images of each of several groups of equal size, one behind the other: views, which are the
   * same objects for as long as the pool has the array.
   *
   * @param all {@code [N, ...]}, N a multiple of the groups
   */
  INDArray[] groups(INDArray all, int count);

  /** New views of the images of each of several groups, as {@link #groups} has them. */
  static INDArray[] viewsOfGroups(INDArray all, int count) {
    INDArrayIndex[] where = new INDArrayIndex[all.rank()];
    Arrays.fill(where, NDArrayIndex.all());
    long size = all.size(0) / count;
    INDArray[] views = new INDArray[count];
    for (int g = 0; g < count; g++) {
      where[0] = NDArrayIndex.interval(g * size, (g + 1) * size);
      views[g] = all.get(where);
    }
    return views;
  }
}
