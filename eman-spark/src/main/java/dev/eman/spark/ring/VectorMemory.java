package dev.eman.spark.ring;

import static com.google.common.base.Preconditions.checkArgument;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A float32 vector in the memory of ND4J's CPU backend, seen as bytes: nothing is copied. Buffers
 * of it do not keep the array, this object does: whoever uses them keeps it (docs/architecture.md,
 * "Native arrays and the garbage collector").
 */
final class VectorMemory {
  private final INDArray array;
  private final long address;
  private final long length;

  /**
   * Opens a view.
   *
   * @param array {@code [n]} or {@code [1, n]}, float32, elements adjacent; viewed
   */
  VectorMemory(INDArray array) {
    checkArgument(
        array.dataType() == DataType.FLOAT && isFlat(array),
        "vector: expected [n], float32, elements adjacent, got %s, %s",
        array.shapeInfoToString(),
        array.dataType());
    checkArgument(
        Nd4j.getEnvironment().isCPU(),
        "vector: expected ND4J's CPU backend, whose memory is the host's");
    this.array = array;
    this.length = array.isEmpty() ? 0 : array.length();
    this.address = length == 0 ? 0 : array.data().addressPointer().address();
  }

  private static boolean isFlat(INDArray array) {
    return array.isEmpty()
        || array.length() == 1
        || (array.isVectorOrScalar()
            && array.stride(array.rank() - 1) == 1
            && array.size(array.rank() - 1) == array.length());
  }

  /** The number of elements. */
  long length() {
    return length;
  }

  /** Elements {@code [from, to)} as bytes to read; written by {@code clear()} first. */
  ByteBuf bytes(long from, long to) {
    return Unpooled.wrappedBuffer(window(from, to));
  }

  /** Adds to the elements from {@code from} on what {@code values} has, to its end. */
  void add(long from, ByteBuf values) {
    int count = values.readableBytes() / Float.BYTES;
    FloatBuffer own = floats(window(from, from + count));
    FloatBuffer others = floats(values.nioBuffer());
    try {
      add(own, others, count);
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  /** Alone in its method, as the JVM makes vector instructions of it only so. */
  private static void add(FloatBuffer own, FloatBuffer others, int count) {
    for (int i = 0; i < count; i++) {
      own.put(i, own.get(i) + others.get(i));
    }
  }

  private static FloatBuffer floats(ByteBuffer bytes) {
    return bytes.order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private ByteBuffer window(long from, long to) {
    return new Memory(address + from * Float.BYTES, (to - from) * Float.BYTES).asByteBuffer();
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
