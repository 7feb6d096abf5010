package dev.eman.core.internal;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A float32 vector in the memory of ND4J's CPU backend, seen through NIO buffers: nothing is
 * copied. One NIO buffer ends at 2 GiB, so a longer vector is seen through several windows; they
 * overlap by {@link #LONGEST_ACCESS} elements, so that no access straddles two.
 *
 * <p>All accesses are absolute, so threads may share one instance if they touch different elements.
 * It keeps its array until every access is done (docs/architecture.md, "Native arrays and the
 * garbage collector").
 */
final class OffHeapFloats {
  /** The most elements one access may move. */
  static final int LONGEST_ACCESS = 1 << 16;

  private static final int WINDOW_BITS = 28;

  private final int windowBits;
  private final FloatBuffer[] floats;
  private final IntBuffer[] bits;

  private final INDArray array;

  private OffHeapFloats(INDArray array, int windowBits, FloatBuffer[] floats, IntBuffer[] bits) {
    this.array = array;
    this.windowBits = windowBits;
    this.floats = floats;
    this.bits = bits;
  }

  /**
   * Opens a view of {@code vector}.
   *
   * @param vector {@code [n]} or {@code [1, n]}, float32, elements adjacent in host memory; viewed
   */
  static OffHeapFloats of(INDArray vector) {
    return of(vector, WINDOW_BITS);
  }

  /**
   * All rows of a matrix; a copy where memory is not the host's.
   *
   * @param matrix {@code [M, D]}, float32, c order, elements adjacent; viewed or copied
   */
  static OffHeapFloats ofRows(INDArray matrix) {
    if (Nd4j.getEnvironment().isCPU()) {
      return of(matrix.reshape(matrix.length()));
    }
    FloatBuffer copy = FloatBuffer.wrap(matrix.dup('c').data().asFloat());
    return new OffHeapFloats(matrix, Integer.SIZE - 1, new FloatBuffer[] {copy}, new IntBuffer[0]);
  }

  /** The same with windows of {@code 2^windowBits} elements, for tests. */
  static OffHeapFloats of(INDArray vector, int windowBits) {
    long window = 1L << windowBits;
    long address = vector.data().addressPointer().address();
    long length = vector.length();
    int windows = (int) ((length + window - 1) >>> windowBits);
    FloatBuffer[] floats = new FloatBuffer[windows];
    IntBuffer[] bits = new IntBuffer[windows];
    for (int w = 0; w < windows; w++) {
      long start = w * window;
      long elements = Math.min(length - start, window + LONGEST_ACCESS);
      ByteBuffer bytes =
          new Memory(address + start * Float.BYTES, elements * Float.BYTES)
              .asByteBuffer()
              .order(ByteOrder.nativeOrder());
      floats[w] = bytes.asFloatBuffer();
      bits[w] = bytes.asIntBuffer();
    }
    return new OffHeapFloats(vector, windowBits, floats, bits);
  }

  /** Copies elements {@code [index, index + count)} to the beginning of {@code destination}. */
  void get(long index, float[] destination, int count) {
    get(index, destination, 0, count);
  }

  /** Copies elements {@code [index, index + count)} to {@code destination} from {@code at} on. */
  void get(long index, float[] destination, int at, int count) {
    try {
      floats[window(index)].get(offset(index), destination, at, count);
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  /** Copies the bit patterns of elements {@code [index, index + count)}. */
  void getBits(long index, int[] destination, int count) {
    try {
      bits[window(index)].get(offset(index), destination, 0, count);
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  /** Overwrites elements {@code [index, index + count)} with the beginning of {@code source}. */
  void put(long index, float[] source, int count) {
    try {
      floats[window(index)].put(offset(index), source, 0, count);
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  /**
   * Overwrites elements {@code [index, index + count)} with the same elements of {@code source}.
   */
  void put(long index, OffHeapFloats source, int count) {
    int window = window(index);
    int offset = offset(index);
    try {
      floats[window].put(offset, source.floats[window], offset, count);
    } finally {
      Reference.reachabilityFence(array);
      Reference.reachabilityFence(source);
    }
  }

  private int window(long index) {
    return (int) (index >>> windowBits);
  }

  private int offset(long index) {
    return (int) (index & ((1L << windowBits) - 1));
  }

  /** Names memory that belongs to someone else; never frees it. */
  private static final class Memory extends BytePointer {
    Memory(long address, long bytes) {
      super((Pointer) null);
      this.address = address;
      this.limit = bytes;
      this.capacity = bytes;
    }
  }
}
