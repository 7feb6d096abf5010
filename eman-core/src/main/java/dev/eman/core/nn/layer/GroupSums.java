package dev.eman.core.nn.layer;

import dev.eman.core.internal.NativeFloats;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sums and means of vectors of a few hundred values, one per channel, over groups. On the heap:
 * every operation of ND4J would make a native buffer, and cost a hundred times the arithmetic. The
 * bits are those of ND4J.
 */
final class GroupSums {
  private static final ThreadLocal<float[][]> SCRATCH =
      ThreadLocal.withInitial(() -> new float[2][0]);

  private GroupSums() {}

  /**
   * sum = sum + summand.
   *
   * @param sum {@code [C]}, adjacent elements; mutated
   * @param summand {@code [C]}, adjacent elements; read
   */
  static void addInPlace(INDArray sum, INDArray summand) {
    if (!isFloatOnHost(sum)) {
      sum.addi(summand);
      return;
    }
    int n = (int) sum.length();
    float[][] scratch = scratch(n);
    NativeFloats memory = NativeFloats.current();
    memory.read(sum, scratch[0], n);
    add(memory, scratch, summand, n);
    memory.write(scratch[0], n, sum);
  }

  /**
   * The mean of the first vectors.
   *
   * @param vectors {@code [C]} each, adjacent elements; read
   * @param mean {@code [C]}, adjacent elements; overwritten
   */
  static void mean(List<INDArray> vectors, int count, INDArray mean) {
    if (!isFloatOnHost(mean)) {
      mean.assign(vectors.get(0));
      vectors.subList(1, count).forEach(mean::addi);
      mean.divi(count);
      return;
    }
    int n = (int) mean.length();
    float[][] scratch = scratch(n);
    NativeFloats memory = NativeFloats.current();
    memory.read(vectors.get(0), scratch[0], n);
    for (int g = 1; g < count; g++) {
      add(memory, scratch, vectors.get(g), n);
    }
    float[] sum = scratch[0];
    for (int i = 0; i < n; i++) {
      sum[i] /= count;
    }
    memory.write(sum, n, mean);
  }

  private static void add(NativeFloats memory, float[][] scratch, INDArray summand, int n) {
    float[] sum = scratch[0];
    float[] added = scratch[1];
    memory.read(summand, added, n);
    for (int i = 0; i < n; i++) {
      sum[i] += added[i];
    }
  }

  private static float[][] scratch(int n) {
    float[][] scratch = SCRATCH.get();
    if (scratch[0].length < n) {
      for (int i = 0; i < scratch.length; i++) {
        scratch[i] = new float[n];
      }
    }
    return scratch;
  }

  private static boolean isFloatOnHost(INDArray vector) {
    return vector.dataType() == DataType.FLOAT && Nd4j.getEnvironment().isCPU();
  }
}
