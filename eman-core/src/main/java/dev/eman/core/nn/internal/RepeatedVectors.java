package dev.eman.core.nn.internal;

/**
 * Off-heap vectors with a value for each channel, repeated for each group of rows (see {@link
 * NormalizationGroups}), while one layer runs. Belongs to one thread.
 */
final class RepeatedVectors {
  private static final int ALIGNMENT = 64;

  private NativeBuffer buffer = NativeBuffer.allocate(1);
  private float[] heap = new float[0];

  /** Makes room for {@code count} vectors of {@code width} values; nothing is kept. */
  void prepare(int count, int width) {
    long bytes = count * strideBytes(width);
    if (buffer.bytes() < bytes) {
      buffer.close();
      buffer = NativeBuffer.allocate(bytes);
    }
    if (heap.length < width) {
      heap = new float[width];
    }
  }

  long address(int vector, int width) {
    return buffer.address() + vector * strideBytes(width);
  }

  /** Writes {@code values}, over and over, and returns the vector's address. */
  long repeat(int vector, int width, float[] values, int channels) {
    System.arraycopy(values, 0, heap, 0, channels);
    for (int done = channels; done < width; ) {
      int n = Math.min(done, width - done);
      System.arraycopy(heap, 0, heap, done, n);
      done += n;
    }
    long address = address(vector, width);
    NativeFloats.current().write(heap, width, address);
    return address;
  }

  /** Sums up the repetitions for each channel. */
  void sum(int vector, int width, double[] sums, int channels) {
    NativeFloats.current().read(address(vector, width), heap, width);
    for (int c = 0; c < channels; c++) {
      sums[c] = heap[c];
    }
    for (int from = channels; from < width; from += channels) {
      for (int c = 0; c < channels; c++) {
        sums[c] += heap[from + c];
      }
    }
  }

  private static long strideBytes(int width) {
    return ((long) width * Float.BYTES + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
