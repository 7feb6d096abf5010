package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.internal.NativeBuffer;
import dev.eman.core.internal.NativeFloats;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Off-heap vectors with a value for each channel, repeated for each group of rows (see {@link
 * NormalizationGroups}), while one layer runs. Belongs to one thread.
 */
final class RepeatedVectors {
  private static final int VECTORS = 4;

  private final INDArray[] vectors = new INDArray[VECTORS];
  private float[] heap = new float[0];

  RepeatedVectors() {
    Arrays.setAll(vectors, i -> NativeBuffer.allocate(Float.BYTES).floats());
  }

  /** One of four vectors of at least {@code width} values; what was in it may be lost. */
  INDArray get(int vector, int width) {
    if (vectors[vector].length() < width) {
      vectors[vector] = NativeBuffer.allocate((long) width * Float.BYTES).floats();
    }
    if (heap.length < width) {
      heap = new float[width];
    }
    return vectors[vector];
  }

  /** Writes {@code values}, over and over, and returns the vector. */
  INDArray repeat(int vector, int width, float[] values, int channels) {
    INDArray target = get(vector, width);
    System.arraycopy(values, 0, heap, 0, channels);
    for (int done = channels; done < width; ) {
      int n = Math.min(done, width - done);
      System.arraycopy(heap, 0, heap, done, n);
      done += n;
    }
    NativeFloats.current().write(heap, width, target);
    return target;
  }

  /** Writes one value everywhere, and returns the vector. */
  INDArray fill(int vector, int width, float value) {
    INDArray target = get(vector, width);
    Arrays.fill(heap, 0, width, value);
    NativeFloats.current().write(heap, width, target);
    return target;
  }

  /** Adds all repetitions to {@code sums}, for each channel. */
  void sum(int vector, int width, double[] sums, int channels) {
    NativeFloats.current().read(vectors[vector], heap, width);
    for (int from = 0; from < width; from += channels) {
      for (int c = 0; c < channels; c++) {
        sums[c] += heap[from + c];
      }
    }
  }
}
