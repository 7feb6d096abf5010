package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An array as bytes: {@code int8} type, {@code int8} rank, {@code int64} sizes, and the elements in
 * C order. A rank of -1 is an empty array without sizes.
 */
final class ArrayCodec {
  /** As they are numbered. */
  private static final ImmutableList<DataType> TYPES =
      ImmutableList.of(DataType.FLOAT, DataType.DOUBLE, DataType.INT32, DataType.INT64);

  private static final int EMPTY = -1;
  private static final int MOST_RANK = 8;

  private ArrayCodec() {}

  static long size(INDArray array) {
    return 2 + 8L * array.rank() + length(array) * type(array).width();
  }

  private static long length(INDArray array) {
    return array.isEmpty() ? 0 : array.length();
  }

  private static DataType type(INDArray array) {
    DataType type = array.dataType();
    checkType(type);
    checkArgument(
        array.rank() <= MOST_RANK,
        "array: expected rank up to %s, got %s",
        MOST_RANK,
        array.rank());
    return type;
  }

  /** Refuses types that cannot be written. */
  static void checkType(DataType type) {
    checkArgument(TYPES.contains(type), "array: expected one of %s, got %s", TYPES, type);
  }

  static void write(INDArray array, ByteBuffer out) {
    DataType type = type(array);
    out.put((byte) TYPES.indexOf(type));
    out.put((byte) (array.isEmpty() && array.rank() == 0 ? EMPTY : array.rank()));
    Arrays.stream(array.shape()).forEach(out::putLong);
    if (array.isEmpty()) {
      return;
    }
    INDArray flat = array.dup('c').reshape(array.length());
    int bytes = (int) array.length() * type.width();
    switch (type) {
      case FLOAT -> out.asFloatBuffer().put(flat.toFloatVector());
      case DOUBLE -> out.asDoubleBuffer().put(flat.toDoubleVector());
      case INT -> out.asIntBuffer().put(flat.toIntVector());
      default -> out.asLongBuffer().put(flat.toLongVector());
    }
    out.position(out.position() + bytes);
  }

  static INDArray read(ByteBuffer in) {
    int code = in.get();
    if (code < 0 || code >= TYPES.size()) {
      throw PartialStepCodec.damaged("a type from 0 to " + (TYPES.size() - 1), "" + code);
    }
    DataType type = TYPES.get(code);
    int rank = in.get();
    if (rank == EMPTY) {
      return Nd4j.empty(type);
    }
    if (rank < 0 || rank > MOST_RANK) {
      throw PartialStepCodec.damaged("a rank from 0 to " + MOST_RANK, "" + rank);
    }
    long[] shape = new long[rank];
    for (int i = 0; i < rank; i++) {
      shape[i] = in.getLong();
    }
    int length = length(shape, in.remaining() / type.width());
    if (length == 0) {
      return Nd4j.create(type, shape);
    }
    INDArray flat = elements(type, length, in);
    in.position(in.position() + length * type.width());
    return rank == 0 ? flat.getScalar(0).dup() : flat.reshape('c', shape);
  }

  /** The number of elements, which are all there. */
  private static int length(long[] shape, int most) {
    boolean none = Arrays.stream(shape).anyMatch(size -> size == 0);
    long length = none ? 0 : 1;
    for (long size : shape) {
      boolean isSize = size >= 0 && size <= Integer.MAX_VALUE; // So that products are below 2^62.
      if (!isSize || length * size > most) {
        throw PartialStepCodec.damaged(
            "sizes of at most " + most + " elements", Arrays.toString(shape));
      }
      length *= size;
    }
    if (length > most) {
      throw PartialStepCodec.damaged("an element", "none");
    }
    return (int) length;
  }

  private static INDArray elements(DataType type, int length, ByteBuffer in) {
    switch (type) {
      case FLOAT -> {
        float[] values = new float[length];
        in.asFloatBuffer().get(values);
        return Nd4j.createFromArray(values);
      }
      case DOUBLE -> {
        double[] values = new double[length];
        in.asDoubleBuffer().get(values);
        return Nd4j.createFromArray(values);
      }
      case INT -> {
        int[] values = new int[length];
        in.asIntBuffer().get(values);
        return Nd4j.createFromArray(values);
      }
      default -> {
        long[] values = new long[length];
        in.asLongBuffer().get(values);
        return Nd4j.createFromArray(values);
      }
    }
  }
}
