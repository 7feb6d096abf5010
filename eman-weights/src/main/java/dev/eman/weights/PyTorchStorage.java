package dev.eman.weights;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Longs;
import dev.eman.core.EmanException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * A storage in a PyTorch file: adjacent elements, of which tensors are views.
 *
 * @param type type of its elements
 * @param length number of elements
 * @param bytes opens its bytes
 */
record PyTorchStorage(Type type, long length, Bytes bytes) {
  /** Number of elements decoded at once. */
  private static final int BLOCK = 1 << 16;

  static final String TRUNCATED = "; the file is truncated or damaged; copy it again";

  /**
   * Upper bound on the elements spanned by a non-contiguous tensor, which are read to gather it.
   */
  private static final long MOST_GATHERED = 1L << 26;

  /** Upper bound on the ratio of spanned elements to a tensor's own, except for small tensors. */
  private static final int MOST_SCATTERED = 16;

  private static final long SCATTERED_AT_WILL = 1L << 20;

  private static final ImmutableMap<String, ElementType> READ =
      ImmutableMap.<String, ElementType>builder()
          .put("FloatStorage", ElementType.F32)
          .put("DoubleStorage", ElementType.F64)
          .put("HalfStorage", ElementType.F16)
          .put("BFloat16Storage", ElementType.BF16)
          .put("LongStorage", ElementType.I64)
          .put("IntStorage", ElementType.I32)
          .put("ShortStorage", ElementType.I16)
          .put("CharStorage", ElementType.I8)
          .put("ByteStorage", ElementType.U8)
          .put("BoolStorage", ElementType.BOOL)
          .buildOrThrow();

  /** Bytes of an element in other storages, which only have to be found their way around. */
  private static final ImmutableMap<String, Integer> WIDTHS =
      ImmutableMap.<String, Integer>builder()
          .put("ComplexFloatStorage", 8)
          .put("ComplexDoubleStorage", 16)
          .put("QInt8Storage", 1)
          .put("QUInt8Storage", 1)
          .put("QInt32Storage", 4)
          .put("QUInt4x2Storage", 1)
          .put("QUInt2x4Storage", 1)
          .put("UntypedStorage", 1)
          .buildOrThrow();

  /**
   * The type of a storage's elements.
   *
   * @param name of its class
   * @param elements null if tensors of this type are not read
   * @param bytes of an element; 0 if unknown
   */
  record Type(String name, @Nullable ElementType elements, int bytes) {
    /** The type that a persistent id names. */
    static Type of(Object value) throws PickleException {
      if (!(value instanceof PickleValues.Global global)
          || !(global.module().equals("torch") || global.module().startsWith("torch."))
          || !global.name().endsWith("Storage")) {
        throw new PickleException(
            "expected the class of a storage, found " + PickleValues.kind(value));
      }
      ElementType known = READ.get(global.name());
      int width = known == null ? WIDTHS.getOrDefault(global.name(), 0) : known.bytes();
      return new Type(global.shown(), known, width);
    }

    boolean isRead() {
      return elements != null;
    }

    ElementType read() {
      return requireNonNull(elements, name);
    }
  }

  /** The bytes of a storage. */
  interface Bytes {
    /**
     * Opens the bytes for reading.
     *
     * @param from the first byte to read
     * @param length number of bytes to read
     */
    Source open(long from, long length) throws IOException;
  }

  /** Reads bytes in order. */
  interface Source extends AutoCloseable {
    /** Fills the array from index 0 on, or throws {@link EOFException}. */
    void read(byte[] target, int count) throws IOException;

    @Override
    void close() throws IOException;
  }

  /**
   * A view of a storage.
   *
   * @param offset index of the first element
   * @param shape its dimensions
   * @param strides distance in elements between neighbours in each dimension, at least 0
   */
  record View(PyTorchStorage storage, long offset, List<Long> shape, List<Long> strides) {
    View {
      shape = List.copyOf(shape);
      strides = List.copyOf(strides);
    }

    /** The view described by the arguments of {@code torch._utils._rebuild_tensor_v2}. */
    static View of(PickleValues.Tuple arguments) throws PickleException {
      if (!(arguments.get(0) instanceof PyTorchStorage storage)) {
        throw new PickleException("expected a tensor's storage");
      }
      View view =
          new View(
              storage,
              PickleValues.wholeNumber(arguments.get(1)),
              PickleValues.wholeNumbers(arguments.get(2)),
              PickleValues.wholeNumbers(arguments.get(3)));
      view.check();
      return view;
    }

    /**
     * Whether it repeats elements, as an expanded one, which may then claim any size. Throws
     * ArithmeticException on overflow.
     */
    boolean repeats() {
      return length() > storage.length;
    }

    private void check() throws PickleException {
      long last = offset;
      boolean empty = shape.contains(0L);
      boolean wrong = shape.size() != strides.size() || offset < 0;
      for (int i = 0; i < shape.size() && !wrong; i++) {
        wrong = shape.get(i) < 0 || strides.get(i) < 0;
        last =
            Math.addExact(last, empty ? 0 : Math.multiplyExact(shape.get(i) - 1, strides.get(i)));
      }
      if (wrong || (!empty && last >= storage.length)) {
        throw new PickleException(
            String.format(
                Locale.ROOT,
                "a tensor of %s with strides %s from %d on does not fit its storage of %d",
                shape,
                strides,
                offset,
                storage.length));
      }
    }

    /** The number of elements. Throws ArithmeticException on overflow. */
    long length() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }

    private boolean adjacent() {
      long expected = 1;
      for (int i = shape.size() - 1; i >= 0; i--) {
        if (shape.get(i) != 1 && strides.get(i) != expected) {
          return false;
        }
        expected *= shape.get(i);
      }
      return true;
    }

    void read(TensorFile.Sink sink) throws IOException {
      if (length() == 0) {
        return;
      }
      if (adjacent()) {
        storage.read(offset, length(), sink);
      } else {
        gather(sink);
      }
    }

    /** Handles any strides: reads all elements that they span, then picks. */
    private void gather(TensorFile.Sink sink) throws IOException {
      long span = 1;
      for (int i = 0; i < shape.size(); i++) {
        span += (shape.get(i) - 1) * strides.get(i);
      }
      if (span > MOST_GATHERED || span / MOST_SCATTERED > Math.max(length(), SCATTERED_AT_WILL)) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "it takes %d elements spread over %d, too many to read for one tensor; save it"
                    + " with .contiguous()",
                length(),
                span));
      }
      float[] all = new float[(int) span];
      int[] at = {0};
      storage.read(
          offset,
          span,
          (values, count) -> {
            System.arraycopy(values, 0, all, at[0], count);
            at[0] += count;
          });
      long[] dimensions = Longs.toArray(shape);
      long[] steps = Longs.toArray(strides);
      long[] index = new long[dimensions.length];
      long length = length();
      float[] block = new float[(int) Math.min(BLOCK, length)];
      int filled = 0;
      int place = 0;
      for (long i = 0; i < length; i++) {
        block[filled++] = all[place];
        if (filled == block.length) {
          sink.accept(block, filled);
          filled = 0;
        }
        for (int d = dimensions.length - 1; d >= 0; d--) {
          place += (int) steps[d];
          if (++index[d] < dimensions[d]) {
            break;
          }
          place -= (int) (dimensions[d] * steps[d]);
          index[d] = 0;
        }
      }
      if (filled > 0) {
        sink.accept(block, filled);
      }
    }
  }

  private void read(long from, long count, TensorFile.Sink sink) throws IOException {
    int width = type.bytes();
    try (Source source = bytes.open(from * width, count * width)) {
      stream(source, type.read(), count, sink);
    }
  }

  /** Decodes elements block by block. */
  static void stream(Source source, ElementType type, long count, TensorFile.Sink sink)
      throws IOException {
    int most = (int) Math.min(BLOCK, count);
    byte[] raw = new byte[most * type.bytes()];
    float[] values = new float[most];
    for (long done = 0; done < count; done += most) {
      int n = (int) Math.min(most, count - done);
      source.read(raw, n * type.bytes());
      type.decode(ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN), values, n);
      sink.accept(values, n);
    }
  }

  static EmanException damaged(Object file, Exception e) {
    String what = e.getMessage() == null ? "it ends too early" : e.getMessage();
    String advice = e instanceof ZipException || e instanceof EOFException ? TRUNCATED : "";
    return new EmanException("the weights " + file + " cannot be read: " + what + advice, e);
  }
}
