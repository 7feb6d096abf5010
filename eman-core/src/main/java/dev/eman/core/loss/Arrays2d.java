package dev.eman.core.loss;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Longs;
import java.lang.ref.Reference;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Moves small arrays between ND4J and the heap in bulk, and checks their shapes. */
final class Arrays2d {
  /** Elements that {@link #mapRows} has on the heap at once, or one row, if that is longer. */
  static final int BLOCK = 1 << 15;

  /** What to do with some rows. */
  interface RowsWork {
    /**
     * Replaces them.
     *
     * @param values so many numbers of whole rows, perhaps with others behind them; mutated
     */
    void replace(double[] values, int count, int width);
  }

  private Arrays2d() {}

  /**
   * Copies an array, in row-major order.
   *
   * @param array any shape and strides, float32 or float64
   */
  static double[] read(INDArray array) {
    INDArray rows = isDense(array) ? array : array.dup('c');
    int length = Math.toIntExact(rows.length());
    double[] values = new double[length];
    if (!Nd4j.getEnvironment().isCPU()) {
      for (int i = 0; i < length; i++) {
        values[i] = rows.getDouble(i);
      }
    } else if (rows.dataType() == DataType.DOUBLE) {
      try {
        new Doubles(rows).get(values);
      } finally {
        Reference.reachabilityFence(rows);
      }
    } else {
      float[] floats = new float[length];
      try {
        new Floats(rows).get(floats);
      } finally {
        Reference.reachabilityFence(rows);
      }
      for (int i = 0; i < length; i++) {
        values[i] = floats[i];
      }
    }
    return values;
  }

  /**
   * Overwrites an array.
   *
   * @param values in row-major order
   * @param destination any shape and strides, float32 or float64; mutated
   */
  static void write(double[] values, INDArray destination) {
    boolean direct = isDense(destination) && Nd4j.getEnvironment().isCPU();
    if (destination.dataType() == DataType.DOUBLE) {
      if (direct) {
        try {
          new Doubles(destination).put(values);
        } finally {
          Reference.reachabilityFence(destination);
        }
      } else {
        destination.assign(Nd4j.createFromArray(values).reshape('c', destination.shape()));
      }
      return;
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    if (direct) {
      try {
        new Floats(destination).put(floats);
      } finally {
        Reference.reachabilityFence(destination);
      }
    } else {
      destination.assign(Nd4j.createFromArray(floats).reshape('c', destination.shape()));
    }
  }

  /**
   * Replaces every row. On the CPU backend a few rows at a time are copied to the heap, which the
   * whole of a large matrix would fill.
   *
   * @param matrix {@code [N, K]}, any strides, float32 or float64; read
   * @return {@code [N, K]}, dtype of the matrix, newly allocated
   */
  static INDArray mapRows(INDArray matrix, RowsWork work) {
    INDArray result = allocateLike(matrix);
    int width = Math.toIntExact(matrix.size(1));
    if (!Nd4j.getEnvironment().isCPU()) {
      double[] values = read(matrix);
      work.replace(values, values.length, width);
      write(values, result);
      return result;
    }
    INDArray rows = isDense(matrix) ? matrix : matrix.dup('c');
    int block = (int) Math.min(matrix.length(), (long) width * Math.max(1, BLOCK / width));
    double[] values = new double[block];
    float[] floats = new float[matrix.dataType() == DataType.DOUBLE ? 0 : block];
    for (long at = 0; at < matrix.length(); at += block) {
      int count = (int) Math.min(block, matrix.length() - at);
      get(rows, at, count, values, floats);
      work.replace(values, count, width);
      put(values, floats, result, at, count);
    }
    return result;
  }

  /** Copies a part of a dense array on the CPU backend; that of a float32 one by a buffer. */
  private static void get(INDArray from, long at, int count, double[] values, float[] buffer) {
    try {
      if (from.dataType() == DataType.DOUBLE) {
        new Doubles(from).position(at).get(values, 0, count);
      } else {
        new Floats(from).position(at).get(buffer, 0, count);
        for (int i = 0; i < count; i++) {
          values[i] = buffer[i];
        }
      }
    } finally {
      Reference.reachabilityFence(from);
    }
  }

  /** The other way round. */
  private static void put(double[] values, float[] buffer, INDArray to, long at, int count) {
    try {
      if (to.dataType() == DataType.DOUBLE) {
        new Doubles(to).position(at).put(values, 0, count);
      } else {
        for (int i = 0; i < count; i++) {
          buffer[i] = (float) values[i];
        }
        new Floats(to).position(at).put(buffer, 0, count);
      }
    } finally {
      Reference.reachabilityFence(to);
    }
  }

  /** An array of the shape and dtype of {@code like}, row-major, contents undefined. */
  static INDArray allocateLike(INDArray like) {
    return Nd4j.createUninitialized(like.dataType(), like.shape(), 'c');
  }

  static void checkMatrix(String name, INDArray array) {
    checkFloating(name, array);
    checkArgument(
        array.rank() == 2 && array.length() > 0,
        "%s: expected [N, K] with N, K at least 1, got %s",
        name,
        describeShape(array));
  }

  static void checkDense(String name, INDArray array) {
    checkArgument(
        isDense(array),
        "%s: expected adjacent elements in c order, got %s with strides %s",
        name,
        describeShape(array),
        Longs.asList(array.stride()));
  }

  static void checkSameShape(String name, INDArray array, INDArray expected) {
    checkFloating(name, array);
    checkArgument(
        java.util.Arrays.equals(array.shape(), expected.shape()),
        "%s: expected %s, got %s",
        name,
        describeShape(expected),
        describeShape(array));
  }

  static void checkGradientOut(INDArray gradientOut, INDArray logits) {
    checkSameShape("gradientOut", gradientOut, logits);
    checkArgument(
        gradientOut.dataType() == logits.dataType(),
        "gradientOut: expected %s as the logits, got %s",
        logits.dataType(),
        gradientOut.dataType());
  }

  static void checkFloating(String name, INDArray array) {
    checkArgument(
        array.dataType() == DataType.FLOAT || array.dataType() == DataType.DOUBLE,
        "%s: expected FLOAT or DOUBLE, got %s",
        name,
        array.dataType());
  }

  static String describeShape(INDArray array) {
    return Longs.asList(array.shape()).toString();
  }

  /** Whether the elements lie side by side in row-major order. */
  private static boolean isDense(INDArray array) {
    long expected = 1;
    for (int d = array.rank() - 1; d >= 0; d--) {
      if (array.size(d) != 1 && array.stride(d) != expected) {
        return false;
      }
      expected *= array.size(d);
    }
    return true;
  }

  /** The memory of a dense float32 array on the CPU backend; does not keep it. */
  static final class Floats extends FloatPointer {
    Floats(INDArray array) {
      super((Pointer) null);
      this.address = array.data().addressPointer().address();
      this.limit = array.length();
      this.capacity = array.length();
    }
  }

  /** The memory of a dense float64 array on the CPU backend; does not keep it. */
  private static final class Doubles extends DoublePointer {
    Doubles(INDArray array) {
      super((Pointer) null);
      this.address = array.data().addressPointer().address();
      this.limit = array.length();
      this.capacity = array.length();
    }
  }
}
