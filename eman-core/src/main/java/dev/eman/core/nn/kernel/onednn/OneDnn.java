package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.internal.NativeBuffer;
import dev.eman.core.nn.kernel.ChannelsLast;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc;
import org.bytedeco.dnnl.stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * oneDNN's engine, and per thread a stream, a scratchpad and the primitives already built.
 * Primitives hold argument slots and are therefore never shared between threads; their machine code
 * is, by oneDNN's own cache.
 */
public final class OneDnn {
  private static final Logger LOG = LoggerFactory.getLogger(OneDnn.class);

  /** Enough for two phases (training, inference) of a deep network at a handful of batch sizes. */
  private static final int MAX_PRIMITIVES = 4096;

  private static final ThreadLocal<OneDnn> CONTEXT = ThreadLocal.withInitial(OneDnn::new);

  /** Apart, so that asking whether oneDNN is there does not need it to be there. */
  private static final class EngineHolder {
    static final engine ENGINE = new engine(engine.kind.cpu, 0);
  }

  /** What of the processor oneDNN uses; apart for the same reason. */
  private static final class Processor {
    static final boolean WIDE =
        (dnnl.dnnl_get_effective_cpu_isa() & dnnl.dnnl_cpu_isa_avx512_core)
            == dnnl.dnnl_cpu_isa_avx512_core;
  }

  private static final class Holder {
    static final boolean AVAILABLE = load();

    private static boolean load() {
      try {
        return dnnl.dnnl_version().major() == 3;
      } catch (LinkageError | RuntimeException e) {
        LOG.warn(
            "oneDNN's native library could not be loaded ({}); convolutions fall back to ND4J's"
                + " operations and training will be several times slower. Put org.bytedeco:dnnl and"
                + " org.bytedeco:opencl with your system's classifier on the class path.",
            e.toString());
        return false;
      }
    }
  }

  private final stream queue = new stream(EngineHolder.ENGINE);
  private NativeBuffer scratchpad = NativeBuffer.allocate(1);
  private final LentArray weights = new LentArray();
  private final LentArray blockedSource = new LentArray();
  private final LentArray blockedGradient = new LentArray();
  private final LentArray shifted = new LentArray();
  private final RepeatedVectors vectors = new RepeatedVectors();
  private final Map<Object, Object> primitives =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Object> eldest) {
          return size() > MAX_PRIMITIVES;
        }
      };

  private OneDnn() {}

  /** Whether the CPU backend is loaded and oneDNN's library with it. */
  public static boolean isAvailable() {
    return runsOn(Nd4j.getBackend());
  }

  /** Its library is not looked for where the backend keeps arrays elsewhere. */
  static boolean runsOn(Nd4jBackend backend) {
    return backend.getClass().getSimpleName().equals("CpuBackend") && Holder.AVAILABLE;
  }

  /** oneDNN's version, such as {@code 3.13.0}. */
  public static String version() {
    dnnl_version_t v = dnnl.dnnl_version();
    return v.major() + "." + v.minor() + "." + v.patch();
  }

  public static OneDnn context() {
    return CONTEXT.get();
  }

  /** Whether the processor has AVX-512, and oneDNN may use it. */
  static boolean hasWideVectors() {
    return Processor.WIDE;
  }

  static engine engine() {
    return EngineHolder.ENGINE;
  }

  stream queue() {
    return queue;
  }

  @SuppressWarnings("unchecked")
  <T> T cached(Object key, Supplier<T> build) {
    Object found = primitives.get(key);
    if (found == null) {
      found = build.get();
      primitives.put(key, found);
    }
    return (T) found;
  }

  /** Memory for a primitive while it runs; grows to the largest asked for. */
  NativeBuffer scratchpad(long bytes) {
    if (scratchpad.bytes() < bytes) {
      NativeBuffer closed = scratchpad;
      scratchpad = NativeBuffer.allocate(1); // The larger one may not be had.
      closed.close();
      scratchpad = NativeBuffer.allocate(bytes);
    }
    return scratchpad;
  }

  /**
   * Memory for one layer's weights on their way between layouts. One for all layers: they are
   * reordered at each call anyway, and a buffer each would hold the network's size thrice.
   */
  public INDArray weightsBuffer(long bytes) {
    return weights.get(bytes);
  }

  /** Memory for the input of a layer in blocks of channels. */
  INDArray blockedSource(long bytes) {
    return blockedSource.get(bytes);
  }

  /** Memory for the gradient of a layer's output in blocks of channels. */
  INDArray blockedGradient(long bytes) {
    return blockedGradient.get(bytes);
  }

  /** Memory for some rows of a layer's input, taken from their mean. */
  INDArray shifted(long bytes) {
    return shifted.get(bytes);
  }

  RepeatedVectors vectors() {
    return vectors;
  }

  /** Attributes under which primitives take their scratchpad from {@link #scratchpad}. */
  static primitive_attr attributes() {
    primitive_attr attr = new primitive_attr();
    attr.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    return attr;
  }

  /** Moves a descriptor on to the first of oneDNN's kernels whose name begins otherwise. */
  static void avoid(String name, primitive_desc descriptor, Object geometry) {
    while (descriptor.impl_info_str().getString().startsWith(name)) {
      if (!descriptor.next_impl()) {
        throw new IllegalStateException("oneDNN has no other kernel for " + geometry);
      }
    }
  }

  static memory.desc plain(memory.format_tag tag, long... dims) {
    return new memory.desc(dims, memory.data_type.f32, tag);
  }

  static memory.desc strided(long[] dims, long[] strides) {
    return new memory.desc(dims, memory.data_type.f32, strides);
  }

  static memory.desc channelsLast(long n, long c, long h, long w) {
    return plain(memory.format_tag.nhwc, n, c, h, w);
  }

  /** The same array, after a check that its memory is channels-last. */
  static INDArray checkChannelsLast(INDArray a) {
    if (a.rank() != 1 && !ChannelsLast.is(a)) {
      throw new IllegalArgumentException(
          "expected channels-last memory, got strides "
              + Arrays.toString(a.stride())
              + " for shape "
              + Arrays.toString(a.shape()));
    }
    return a;
  }
}
