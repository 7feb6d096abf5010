package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.internal.NativeBuffer;
import dev.eman.core.internal.NativeFloats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Memory in which arrays stand between guard zones. Everything is filled with huge floats, each
 * another, so that a value that was read or left from there shows in any sum or maximum, and even a
 * copy of one guard zone into another does.
 */
final class GuardedMemory {
  private static final int GUARD = 8 << 10;
  private static final int LINE = 64;

  /** What stands where; {@code read} and {@code write} say who owns it during a call. */
  private record Block(String name, INDArray array, int from, int bytes) {}

  private final NativeBuffer memory;
  private final ByteBuffer now;
  private final ByteBuffer before;
  private final ByteBuffer pattern;
  private final INDArray asFloats;
  private final INDArray asBytes;
  private final List<Block> blocks = new ArrayList<>();
  private int top;
  private int patterned;

  GuardedMemory(int bytes) {
    memory = NativeBuffer.allocate(bytes);
    now = direct(memory.address(), bytes);
    before = ByteBuffer.allocateDirect(bytes).order(now.order());
    pattern = ByteBuffer.allocateDirect(bytes).order(now.order());
    for (int i = 0; i < bytes / Float.BYTES; i++) {
      pattern.putInt(i * Float.BYTES, poison(i));
    }
    asFloats = memory.asArray(DataType.FLOAT, 'c', bytes / Float.BYTES);
    asBytes = memory.asArray(DataType.UINT8, 'c', bytes);
    patterned = bytes;
    clear();
  }

  /** A float of some 1e38. */
  static int poison(int index) {
    return 0x7F000000 | (index * 0x9E3779B1) >>> 9;
  }

  /** Memory at an address; nothing keeps it alive. */
  static ByteBuffer direct(long start, long bytes) {
    return new Window(start, bytes).asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** Forgets all arrays. */
  void clear() {
    now.put(0, pattern, 0, patterned);
    blocks.clear();
    top = GUARD;
    patterned = top + GUARD;
  }

  /** An {@code [N, C, H, W]} array in channels-last memory, unwritten. */
  INDArray image(String name, long n, long c, long h, long w) {
    int at = place(n * c * h * w * Float.BYTES, 0);
    long[] stride = {h * w * c, 1, w * c, c};
    return add(name, view(new long[] {n, c, h, w}, stride, at), at, n * c * h * w * Float.BYTES);
  }

  /** An array in c order, unwritten, which begins anywhere, as parameters do in their vector. */
  INDArray vector(String name, long... shape) {
    long[] stride = Nd4j.getStrides(shape, 'c');
    return strided(name, shape, stride, 1 + blocks.size() % 3);
  }

  /** An array of any strides, {@code skew} floats behind a line of the cache. */
  INDArray strided(String name, long[] shape, long[] stride, int skew) {
    long span = 1;
    for (int i = 0; i < shape.length; i++) {
      span += (shape[i] - 1) * stride[i];
    }
    int at = place(span * Float.BYTES, skew * Float.BYTES);
    return add(name, view(shape, stride, at), at, span * Float.BYTES);
  }

  /** Bytes, unwritten. */
  INDArray bytes(String name, long count) {
    int at = place(count, 0);
    INDArray array =
        Nd4j.create(asBytes.data(), new long[] {count}, new long[] {1}, at, 'c', DataType.UINT8);
    return add(name, array, at, count);
  }

  private INDArray view(long[] shape, long[] stride, int at) {
    return Nd4j.create(asFloats.data(), shape, stride, at / Float.BYTES, 'c', DataType.FLOAT);
  }

  private int place(long bytes, int skew) {
    int at = (top + LINE - 1) / LINE * LINE + skew;
    top = Math.toIntExact(at + bytes + GUARD);
    if (top + GUARD > now.capacity()) {
      throw new IllegalStateException("expected at most " + now.capacity() + " bytes, got " + top);
    }
    now.put(patterned, pattern, patterned, Math.max(0, top + GUARD - patterned));
    patterned = Math.max(patterned, top + GUARD);
    return at;
  }

  private INDArray add(String name, INDArray array, int from, long bytes) {
    if (NativeFloats.address(array) != memory.address() + from) {
      throw new IllegalStateException(name + " does not stand where it was placed");
    }
    blocks.add(new Block(name, array, from, (int) bytes));
    return array;
  }

  private Block block(INDArray array) {
    return blocks.stream().filter(b -> b.array == array).findFirst().orElseThrow();
  }

  private FloatBuffer window(INDArray array) {
    Block b = block(array);
    return now.slice(b.from, b.bytes).order(now.order()).asFloatBuffer();
  }

  /** Writes the memory of an array, in the order in which it stands there. */
  INDArray fill(INDArray array, float[] values) {
    window(array).put(values);
    return array;
  }

  /** The memory of an array, in the order in which it stands there. */
  float[] read(INDArray array) {
    FloatBuffer window = window(array);
    float[] values = new float[window.remaining()];
    window.get(values);
    return values;
  }

  /** The memory of an array in double precision. */
  double[] values(INDArray array) {
    float[] floats = read(array);
    double[] values = new double[floats.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats[i];
    }
    return values;
  }

  /** Makes an array unwritten again. */
  void poison(INDArray array) {
    Block b = block(array);
    now.put(b.from, pattern, b.from, b.bytes);
  }

  /** Remembers everything; {@link #checkUnchanged} compares. */
  void remember() {
    before.put(0, now, 0, patterned);
  }

  /** That everything but these arrays is as it was: guard zones and inputs. */
  void checkUnchanged(INDArray... outputs) {
    Block[] owned =
        Arrays.stream(outputs)
            .map(this::block)
            .sorted((a, b) -> Integer.compare(a.from, b.from))
            .toArray(Block[]::new);
    int from = 0;
    for (Block b : owned) {
      compare(from, b.from);
      from = b.from + b.bytes;
    }
    compare(from, patterned);
  }

  private void compare(int from, int to) {
    int at = now.slice(from, to - from).mismatch(before.slice(from, to - from));
    if (at < 0) {
      return;
    }
    int place = from + at;
    Block nearest = blocks.get(0);
    for (Block b : blocks) {
      if (b.from - GUARD <= place) {
        nearest = b;
      }
    }
    throw new AssertionError(
        "written outside of the outputs, %s bytes from the beginning of %s (%s bytes)"
            .formatted(place - nearest.from, nearest.name, nearest.bytes));
  }

  private static final class Window extends BytePointer {
    Window(long start, long bytes) {
      super((Pointer) null);
      this.address = start;
      this.limit = bytes;
      this.capacity = bytes;
    }
  }
}
