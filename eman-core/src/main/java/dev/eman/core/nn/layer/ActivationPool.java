package dev.eman.core.nn.layer;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A workspace manager that lends out memory and counts who still reads it. */
public interface ActivationPool {

  /** An unwritten {@code [n, c, h, w]} array in channels-last memory. */
  INDArray channelsLast(DataType type, long n, long c, long h, long w);

  /** Whether nobody but the caller still reads this array, so that it may be overwritten. */
  boolean isExclusive(INDArray array);
}
