package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.internal.NativeFloats;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Vectors on the heap with a value for each channel. Belongs to one thread. */
final class ChannelVectors {
  private static final ThreadLocal<ChannelVectors> CURRENT =
      ThreadLocal.withInitial(ChannelVectors::new);

  private final NativeFloats memory = NativeFloats.current();
  private final float[][] floats = new float[4][0];
  private float[] rounded = new float[0];
  private double[] first = new double[0];
  private double[] second = new double[0];
  private int channels;

  private ChannelVectors() {}

  /** The current thread's vectors, of at least {@code channels} values. */
  static ChannelVectors of(int channels) {
    ChannelVectors vectors = CURRENT.get();
    vectors.channels = channels;
    if (vectors.first.length < channels) {
      vectors.first = new double[channels];
      vectors.second = new double[channels];
      vectors.rounded = new float[channels];
      for (int i = 0; i < vectors.floats.length; i++) {
        vectors.floats[i] = new float[channels];
      }
    }
    return vectors;
  }

  double[] first() {
    return first;
  }

  double[] second() {
    return second;
  }

  /** A copy of {@code values} in one of four arrays. */
  float[] read(INDArray values, int which) {
    memory.read(values, floats[which], channels);
    return floats[which];
  }

  /** Rounds {@code values} to float32 into {@code target}. */
  void write(double[] values, INDArray target) {
    for (int c = 0; c < channels; c++) {
      rounded[c] = (float) values[c];
    }
    memory.write(rounded, channels, target);
  }
}
