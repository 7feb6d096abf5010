package dev.eman.core.train;

import com.google.common.base.Splitter;
import com.google.common.primitives.Longs;
import dev.eman.core.model.ParameterTable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Arrays as little-endian bytes, and networks' tensors as text. */
final class Tensors {
  private static final int BLOCK = 1 << 16;

  private Tensors() {}

  /** Of an element as it is written: integers as 64 bits, float64 as it is, all else float32. */
  static int bytes(DataType type) {
    return isInteger(type) ? Long.BYTES : type == DataType.DOUBLE ? Double.BYTES : Float.BYTES;
  }

  static boolean isInteger(DataType type) {
    return type.isIntType() || type == DataType.BOOL;
  }

  /** Writes all elements in c order, block by block. */
  static void write(INDArray array, OutputStream out) throws IOException {
    if (array.isEmpty()) {
      return;
    }
    INDArray flat = array.reshape('c', new long[] {array.length()});
    DataType type = array.dataType();
    for (long at = 0; at < flat.length(); at += BLOCK) {
      INDArray block = block(flat, at).dup();
      int length = (int) block.length();
      ByteBuffer bytes = ByteBuffer.allocate(length * bytes(type)).order(ByteOrder.LITTLE_ENDIAN);
      if (isInteger(type)) {
        bytes.asLongBuffer().put(block.data().asLong());
      } else if (type == DataType.DOUBLE) {
        bytes.asDoubleBuffer().put(block.data().asDouble());
      } else {
        bytes.asFloatBuffer().put(block.data().asFloat());
      }
      out.write(bytes.array());
    }
  }

  /** Overwrites all elements; the content must have exactly their length. */
  static void read(byte[] content, INDArray array) {
    if (array.isEmpty()) { // Never dense, and its copy neither.
      return;
    }
    if (!isDense(array)) { // What reshape gives would be a copy.
      INDArray dense = array.dup('c');
      read(content, dense);
      array.assign(dense);
      return;
    }
    INDArray flat = array.reshape('c', new long[] {array.length()});
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    DataType type = array.dataType();
    for (long at = 0; at < flat.length(); at += BLOCK) {
      INDArray block = block(flat, at);
      int length = (int) block.length();
      if (isInteger(type)) {
        long[] values = new long[length];
        bytes.asLongBuffer().get((int) at, values, 0, length);
        block.assign(Nd4j.createFromArray(values));
      } else if (type == DataType.DOUBLE) {
        double[] values = new double[length];
        bytes.asDoubleBuffer().get((int) at, values, 0, length);
        block.assign(Nd4j.createFromArray(values));
      } else {
        float[] values = new float[length];
        bytes.asFloatBuffer().get((int) at, values, 0, length);
        block.assign(Nd4j.createFromArray(values));
      }
    }
  }

  private static boolean isDense(INDArray array) {
    return array.rank() == 0 || Arrays.equals(array.stride(), Nd4j.getStrides(array.shape(), 'c'));
  }

  /** One line for each tensor: name, shape, type. */
  static String describe(ParameterTable parameters) {
    StringBuilder text = new StringBuilder();
    for (ParameterTable.Entry entry : parameters.entries()) {
      text.append(entry.name()).append(' ').append(entry.shape()).append('\n');
    }
    return text.append(parameters.dataType()).append('\n').toString();
  }

  /** One line for each array of an algorithm: name, shape, type. */
  static String describe(Map<String, INDArray> state) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(state).forEach((name, array) -> text.append(describe(name, array)).append('\n'));
    return text.toString();
  }

  static String describe(String name, INDArray array) {
    return name + " " + Arrays.toString(array.shape()) + " " + array.dataType();
  }

  /**
   * Where a tensor is among a network's numbers.
   *
   * @param offset of its first element
   * @param shape as {@link #describe} writes it
   */
  record Place(long offset, String shape, DataType type) {}

  /** Parses the text of {@link #describe}; empty if it is anything else. */
  static Map<String, Place> places(String description) {
    Map<String, Place> places = new HashMap<>();
    List<String> lines = Splitter.on('\n').omitEmptyStrings().splitToList(description);
    if (lines.isEmpty()) {
      return places;
    }
    DataType type =
        lines.get(lines.size() - 1).equals(DataType.DOUBLE.name())
            ? DataType.DOUBLE
            : DataType.FLOAT;
    long offset = 0;
    for (String line : lines.subList(0, lines.size() - 1)) {
      int blank = line.indexOf(" [");
      if (blank < 0 || !line.endsWith("]")) {
        return Map.of();
      }
      String shape = line.substring(blank + 1);
      places.put(line.substring(0, blank), new Place(offset, shape, type));
      long length = 1;
      for (String size :
          Splitter.on(',').trimResults().split(shape.substring(1, shape.length() - 1))) {
        Long number = Longs.tryParse(size);
        if (number == null || number < 1 || number > Integer.MAX_VALUE) {
          return Map.of();
        }
        length *= number;
        if (length > Integer.MAX_VALUE) {
          return Map.of();
        }
      }
      offset += length;
    }
    return places;
  }

  /** Describes the first difference between two texts of {@link #describe}. */
  static String firstDifference(String expected, String found) {
    List<String> wanted = Splitter.on('\n').splitToList(expected);
    List<String> had = Splitter.on('\n').splitToList(found);
    for (int i = 0; i < Math.min(wanted.size(), had.size()); i++) {
      if (!wanted.get(i).equals(had.get(i))) {
        return String.format(Locale.ROOT, ": expected %s, found %.200s", wanted.get(i), had.get(i));
      }
    }
    return ": expected " + (wanted.size() - 2) + " tensors, found " + (had.size() - 2);
  }

  private static INDArray block(INDArray flat, long at) {
    return flat.get(NDArrayIndex.interval(at, Math.min(flat.length(), at + BLOCK)));
  }
}
