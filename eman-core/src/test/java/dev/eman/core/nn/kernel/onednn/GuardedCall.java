package dev.eman.core.nn.kernel.onednn;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One call after the other between guard zones. */
final class GuardedCall {
  private final GuardedMemory memory = new GuardedMemory(8 << 20);
  private final @Nullable GuardedScratch scratch;
  private long calls;

  /**
   * @param scratch guards of the scratch memory of this thread, null for none
   */
  GuardedCall(@Nullable GuardedScratch scratch) {
    this.scratch = scratch;
  }

  GuardedMemory memory() {
    return memory;
  }

  /** How many calls there were. */
  long calls() {
    return calls;
  }

  static float[] random(SplittableRandom random, long count) {
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  /** Calls a kernel that has to write all of the outputs and nothing else. */
  void run(String what, Runnable kernel, INDArray... outputs) {
    for (INDArray output : outputs) {
      memory.poison(output);
    }
    runInPlace(what, kernel, outputs);
  }

  /** Calls a kernel that reads what is in the outputs. */
  void runInPlace(String what, Runnable kernel, INDArray... outputs) {
    calls++;
    memory.remember();
    if (scratch != null) {
      scratch.begin();
    }
    kernel.run();
    try {
      memory.checkUnchanged(outputs);
      if (scratch != null) {
        scratch.check();
      }
    } catch (AssertionError e) {
      throw new AssertionError(what + ": " + e.getMessage(), e);
    }
  }

  /** To be called by a kernel: the operation's scratchpad is guarded too. */
  DnnlOp watch(DnnlOp op) {
    if (scratch != null) {
      scratch.watch(op);
    }
    return op;
  }

  /** That an output holds these values, in the order of its memory. */
  void expect(String what, double[] expected, INDArray actual, double tolerance) {
    double scale = Arrays.stream(expected).map(Math::abs).reduce(1, Math::max);
    float[] values = memory.read(actual);
    for (int i = 0; i < values.length; i++) {
      if (!(Math.abs(expected[i] - values[i]) <= tolerance * scale)) {
        throw new AssertionError(
            "%s: value %s of %s is %s, expected %s"
                .formatted(what, i, values.length, values[i], expected[i]));
      }
    }
  }
}
