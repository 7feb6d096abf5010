package dev.eman.core.nn;

/** SAME padding as DL4J and TensorFlow compute it. */
final class Padding {
  private Padding() {}

  /** Top, left, bottom, right. */
  static int[] same(long h, long w, int[] kernel, int[] stride, int[] dilation) {
    int vertical = total(h, kernel[0], stride[0], dilation[0]);
    int horizontal = total(w, kernel[1], stride[1], dilation[1]);
    return new int[] {
      vertical / 2, horizontal / 2, vertical - vertical / 2, horizontal - horizontal / 2
    };
  }

  private static int total(long in, int kernel, int stride, int dilation) {
    long out = (in + stride - 1) / stride;
    long span = (out - 1) * stride + (long) dilation * (kernel - 1) + 1;
    return (int) Math.max(0, span - in);
  }
}
