package dev.eman.core.nn.internal;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The running average of batch statistics. */
final class RunningStatistics {
  private static final ThreadLocal<float[][]> SCRATCH =
      ThreadLocal.withInitial(() -> new float[2][0]);

  private RunningStatistics() {}

  /**
   * stored = decay * stored + (1 - decay) * factor * batch; both contiguous vectors.
   *
   * @return false, with nothing changed, when a value of the batch is NaN or infinite
   */
  static boolean moveInPlace(INDArray stored, INDArray batch, double decay, double factor) {
    if (!OneDnn.isAvailable() || stored.dataType() != DataType.FLOAT) {
      if (!Double.isFinite(batch.mul(0).sumNumber().doubleValue())) {
        return false;
      }
      stored.muli(decay).addi(batch.mul((1 - decay) * factor));
      return true;
    }
    // A few hundred values: ND4J's operations would cost a hundred times the arithmetic.
    int n = (int) stored.length();
    float[][] scratch = SCRATCH.get();
    if (scratch[0].length < n) {
      scratch[0] = new float[n];
      scratch[1] = new float[n];
    }
    float[] old = scratch[0];
    float[] fresh = scratch[1];
    NativeFloats memory = NativeFloats.current();
    memory.read(OneDnn.address(stored), old, n);
    memory.read(OneDnn.address(batch), fresh, n);
    float keep = (float) decay;
    float take = (float) ((1 - decay) * factor);
    float zero = 0; // 0 * x is 0 for every finite x and NaN for the others
    for (int i = 0; i < n; i++) {
      zero += 0 * fresh[i];
      old[i] = keep * old[i] + take * fresh[i];
    }
    if (zero != 0) {
      return false;
    }
    memory.write(old, n, OneDnn.address(stored));
    return true;
  }
}
