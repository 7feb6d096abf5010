package dev.eman.core.nn.layer;

import dev.eman.core.internal.NativeFloats;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The running averages of batch statistics. */
final class RunningStatistics {
  private static final ThreadLocal<float[][]> SCRATCH =
      ThreadLocal.withInitial(() -> new float[3][0]);

  private RunningStatistics() {}

  /**
   * stored = decay * stored + (1 - decay) * batch, for mean and variance; all contiguous vectors of
   * one length.
   *
   * @param unbiased the batch's variance is multiplied by it first
   * @return false, with neither changed, when one of them would become NaN or infinite
   */
  static boolean moveInPlace(
      INDArray mean,
      INDArray batchMean,
      INDArray variance,
      INDArray batchVariance,
      double decay,
      double unbiased) {
    if (mean.dataType() != DataType.FLOAT || !Nd4j.getEnvironment().isCPU()) {
      INDArray newMean = mean.mul(decay).addi(batchMean.mul(1 - decay));
      INDArray newVariance = variance.mul(decay).addi(batchVariance.mul((1 - decay) * unbiased));
      if (!isFinite(newMean) || !isFinite(newVariance)) {
        return false;
      }
      mean.assign(newMean);
      variance.assign(newVariance);
      return true;
    }
    // A few hundred values: ND4J's operations would cost a hundred times the arithmetic.
    int n = (int) mean.length();
    float[][] scratch = SCRATCH.get();
    if (scratch[0].length < n) {
      for (int i = 0; i < scratch.length; i++) {
        scratch[i] = new float[n];
      }
    }
    NativeFloats memory = NativeFloats.current();
    float keep = (float) decay;
    float[] batch = scratch[2];
    memory.read(batchMean, batch, n);
    memory.read(mean, scratch[0], n);
    boolean finite = move(scratch[0], batch, n, keep, (float) (1 - decay));
    memory.read(batchVariance, batch, n);
    memory.read(variance, scratch[1], n);
    finite &= move(scratch[1], batch, n, keep, (float) ((1 - decay) * unbiased));
    if (finite) {
      memory.write(scratch[0], n, mean);
      memory.write(scratch[1], n, variance);
    }
    return finite;
  }

  /** Returns whether all values are finite afterwards. */
  private static boolean move(float[] old, float[] batch, int n, float keep, float take) {
    float zero = 0; // 0 * x is 0 for every finite x and NaN for the others
    for (int i = 0; i < n; i++) {
      old[i] = keep * old[i] + take * batch[i];
      zero += 0 * old[i];
    }
    return zero == 0;
  }

  private static boolean isFinite(INDArray values) {
    return Double.isFinite(values.mul(0).sumNumber().doubleValue());
  }
}
