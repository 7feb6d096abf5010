package dev.eman.core.nn.internal;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Vectors with a value for each channel, repeated for each group of rows (see {@link
 * NormalizationGroups}), in memory that one layer uses while it runs. Belongs to one thread.
 */
final class ChannelVectors {
  private static final ThreadLocal<ChannelVectors> CURRENT =
      ThreadLocal.withInitial(ChannelVectors::new);

  private final NativeFloats memory = NativeFloats.current();
  private final float[][] perChannel = new float[3][0];
  private double[] first = new double[0];
  private double[] second = new double[0];
  private float[] repeated = new float[0];
  private long address;
  private int channels;
  private int width;

  private ChannelVectors() {}

  /**
   * The current thread's vectors, with nothing in them.
   *
   * @param count how many of {@code groups * channels} values there are
   */
  static ChannelVectors of(OneDnn context, int count, int groups, int channels) {
    ChannelVectors vectors = CURRENT.get();
    vectors.channels = channels;
    vectors.width = groups * channels;
    vectors.address = context.channelsBuffer(count * vectors.strideBytes());
    if (vectors.repeated.length < vectors.width) {
      vectors.repeated = new float[vectors.width];
    }
    if (vectors.first.length < channels) {
      vectors.first = new double[channels];
      vectors.second = new double[channels];
      for (int i = 0; i < vectors.perChannel.length; i++) {
        vectors.perChannel[i] = new float[channels];
      }
    }
    return vectors;
  }

  private long strideBytes() {
    return ((long) width * Float.BYTES + 63) / 64 * 64;
  }

  long address(int vector) {
    return address + vector * strideBytes();
  }

  /** A float64 value for each channel. */
  double[] first() {
    return first;
  }

  /** Another. */
  double[] second() {
    return second;
  }

  /** Copies {@code values} to {@code vector}, once for each group. */
  void repeat(int vector, INDArray values) {
    memory.read(OneDnn.address(values), repeated, channels);
    repeatFirst(vector);
  }

  void repeat(int vector, float[] values) {
    System.arraycopy(values, 0, repeated, 0, channels);
    repeatFirst(vector);
  }

  private void repeatFirst(int vector) {
    for (int done = channels; done < width; ) {
      int n = Math.min(done, width - done);
      System.arraycopy(repeated, 0, repeated, done, n);
      done += n;
    }
    memory.write(repeated, width, address(vector));
  }

  /** Adds the first {@code groups} groups of {@code vector} to {@code sums}, channel by channel. */
  void addGroups(int vector, int groups, double[] sums) {
    memory.read(address(vector), repeated, groups * channels);
    for (int group = 0; group < groups; group++) {
      int from = group * channels;
      for (int c = 0; c < channels; c++) {
        sums[c] += repeated[from + c];
      }
    }
  }

  /** A copy of {@code values} in one of three arrays. */
  float[] read(INDArray values, int which) {
    memory.read(OneDnn.address(values), perChannel[which], channels);
    return perChannel[which];
  }

  /** Rounds {@code values} to float32 into {@code target}. */
  void write(double[] values, INDArray target) {
    float[] rounded = perChannel[0];
    for (int c = 0; c < channels; c++) {
      rounded[c] = (float) values[c];
    }
    memory.write(rounded, channels, OneDnn.address(target));
  }
}
