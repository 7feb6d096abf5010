package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.internal.NativeBuffer;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Guard zones around what a thread's {@link OneDnn} lends its primitives: scratchpad and reordered
 * weights. A primitive is given far more than it asked for, and must leave alone what is beyond.
 */
final class GuardedScratch {
  private static final int GUARD = 64 << 10;
  private static final int BYTES = 24 << 20;

  private final Map<Object, Object> primitives;
  private final List<DnnlOp> watched = new ArrayList<>();
  private final Zone scratchpad = new Zone("scratchpad");
  private final Zone weights = new Zone("weights");
  private final Zone source = new Zone("blocked source");
  private final Zone gradient = new Zone("blocked gradient");
  private final Zone shifted = new Zone("shifted rows");
  private final List<Zone> vectors =
      List.of(new Zone("sums"), new Zone("sums"), new Zone("sums"), new Zone("sums"));

  GuardedScratch() {
    OneDnn context = OneDnn.context();
    primitives = get(OneDnn.class, "primitives", context);
    set(OneDnn.class, "scratchpad", context, scratchpad.middle());
    lend(context, "weights", weights);
    lend(context, "blockedSource", source);
    lend(context, "blockedGradient", gradient);
    lend(context, "shifted", shifted);
    INDArray[] arrays = get(RepeatedVectors.class, "vectors", context.vectors());
    Arrays.setAll(arrays, i -> vectors.get(i).middle().floats());
  }

  private static void lend(OneDnn context, String field, Zone zone) {
    LentArray lent = get(OneDnn.class, field, context);
    set(LentArray.class, "memory", lent, zone.middle());
    set(LentArray.class, "array", lent, zone.middle().floats());
  }

  /** To be called before each kernel: {@link #check} looks at what was built since. */
  void begin() {
    primitives.clear();
    watched.clear();
  }

  /** An operation that the context does not keep. */
  void watch(DnnlOp op) {
    watched.add(op);
  }

  /** That nothing was written beyond what the primitives had asked for; cleans up. */
  void check() {
    long scratch = watched.stream().mapToLong(GuardedScratch::bytes).max().orElse(0);
    long reordered = 0;
    long widest = 0;
    long sources = 0;
    long gradients = 0;
    long rows = 0;
    for (Object built : primitives.values()) {
      if (built instanceof DnnlOp op) {
        scratch = Math.max(scratch, bytes(op));
      } else if (built instanceof Record weighted) {
        for (String part : new String[] {"op", "reorder"}) {
          DnnlOp op = get(weighted.getClass(), part, weighted);
          scratch = Math.max(scratch, op == null ? 0 : bytes(op));
        }
        Long blocked = get(weighted.getClass(), "blockedBytes", weighted);
        reordered = Math.max(reordered, blocked);
        if (built instanceof WeightsGradient g && g.sourceToBlocks() != null) {
          sources = Math.max(sources, g.sourceBytes());
          gradients = Math.max(gradients, g.gradientBytes());
        }
      }
      if (built instanceof OneDnnChannelSums || built instanceof OneDnnAffine) {
        Integer width = get(built.getClass(), "width", built);
        widest = Math.max(widest, width);
      }
      if (built instanceof OneDnnChannelSums) {
        DnnlOp op = get(OneDnnChannelSums.class, "op", built);
        scratch = Math.max(scratch, op == null ? 0 : bytes(op));
        ShiftedSums sums = get(OneDnnChannelSums.class, "shiftedSums", built);
        Long copied = sums == null ? Long.valueOf(0) : get(ShiftedSums.class, "bytes", sums);
        rows = Math.max(rows, copied);
      } else if (built instanceof OneDnnAffine) {
        Map<?, DnnlOp> operations = get(OneDnnAffine.class, "operations", built);
        for (DnnlOp op : operations.values()) {
          scratch = Math.max(scratch, bytes(op));
        }
      }
    }
    scratchpad.check(scratch);
    weights.check(reordered);
    source.check(sources);
    gradient.check(gradients);
    shifted.check(rows);
    for (Zone zone : vectors) {
      zone.check(widest * Float.BYTES);
    }
  }

  private static long bytes(DnnlOp op) {
    Long bytes = get(DnnlOp.class, "scratchpadBytes", op);
    return bytes;
  }

  @SuppressWarnings("unchecked")
  private static <T> T get(Class<?> type, String field, Object of) {
    try {
      Field f = type.getDeclaredField(field);
      f.setAccessible(true);
      return (T) f.get(of);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(type + "." + field, e);
    }
  }

  private static void set(Class<?> type, String field, Object of, Object value) {
    try {
      Field f = type.getDeclaredField(field);
      f.setAccessible(true);
      f.set(of, value);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(type + "." + field, e);
    }
  }

  /** One buffer of the context, replaced by the middle of a larger one. */
  private static final class Zone {
    private final String name;
    private final NativeBuffer memory = NativeBuffer.allocate(BYTES);
    private final ByteBuffer now = GuardedMemory.direct(memory.address(), BYTES);
    private final ByteBuffer pattern = ByteBuffer.allocateDirect(BYTES).order(now.order());

    Zone(String name) {
      this.name = name;
      for (int i = 0; i < BYTES / Float.BYTES; i++) {
        pattern.putInt(i * Float.BYTES, GuardedMemory.poison(i));
      }
      now.put(0, pattern, 0, BYTES);
    }

    NativeBuffer middle() {
      NativeBuffer middle = NativeBuffer.allocate(1);
      set(NativeBuffer.class, "address", middle, memory.address() + GUARD);
      set(NativeBuffer.class, "bytes", middle, BYTES - 2L * GUARD);
      return middle;
    }

    void check(long asked) {
      if (asked + 2L * GUARD > BYTES) {
        throw new IllegalStateException("more " + name + " than expected: " + asked);
      }
      int end = GUARD + (int) asked;
      int below = now.slice(0, GUARD).mismatch(pattern.slice(0, GUARD));
      int above = now.slice(end, GUARD).mismatch(pattern.slice(end, GUARD));
      if (below >= 0 || above >= 0) {
        now.put(0, pattern, 0, BYTES);
        throw new AssertionError(
            below >= 0
                ? "written " + (GUARD - below) + " bytes before " + name
                : "written " + above + " bytes behind " + name + " of " + asked);
      }
      now.put(GUARD, pattern, GUARD, (int) asked);
    }
  }
}
