package dev.eman.core.nn.internal;

/**
 * Sizes of one 2-D pooling: input {@code [n, c, h, w]}; windows as in {@link ConvolutionGeometry}.
 * Average pooling divides by the whole window when {@code includePadding}, else by its part inside.
 */
public record PoolingGeometry(
    boolean max,
    boolean includePadding,
    long n,
    long c,
    long h,
    long w,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padTop,
    int padLeft,
    int padBottom,
    int padRight) {

  /** Output rows. */
  public long outHeight() {
    return ConvolutionGeometry.outSize(h, kernelHeight, strideHeight, 1, padTop, padBottom);
  }

  /** Output columns. */
  public long outWidth() {
    return ConvolutionGeometry.outSize(w, kernelWidth, strideWidth, 1, padLeft, padRight);
  }
}
