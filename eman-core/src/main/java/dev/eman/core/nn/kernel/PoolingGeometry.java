package dev.eman.core.nn.kernel;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Sizes of one 2-D pooling: input {@code [n, c, h, w]}, output {@code [n, c, outHeight(),
 * outWidth()]}. Heights and widths are in pixels. No window lies outside of the input: padding is
 * at most half the kernel.
 *
 * @param max whether the maximum is taken, in which padding has no part, or the average
 * @param includePadding whether an average is divided by the whole window's size, else by that of
 *     its part inside the input
 * @param n images
 * @param c channels
 * @param h rows of the input
 * @param w columns of the input
 * @param kernelHeight rows of the window
 * @param kernelWidth columns of the window
 * @param strideHeight rows from one window to the next
 * @param strideWidth columns from one window to the next
 * @param padTop rows of padding above the input
 * @param padLeft columns of padding to its left
 * @param padBottom rows of padding below
 * @param padRight columns of padding to its right
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

  public PoolingGeometry {
    checkArgument(
        n > 0 && c > 0 && h > 0 && w > 0,
        "pooling: expected positive sizes, got n=%s c=%s h=%s w=%s",
        n,
        c,
        h,
        w);
    checkPadding(kernelHeight, kernelWidth, padTop, padLeft, padBottom, padRight);
    checkArgument(
        ConvolutionGeometry.outSize(h, kernelHeight, strideHeight, 1, padTop, padBottom) > 0
            && ConvolutionGeometry.outSize(w, kernelWidth, strideWidth, 1, padLeft, padRight) > 0,
        "pooling: expected an input that holds the %sx%s window with its padding, got %sx%s padded by"
            + " %s, %s, %s, %s (top, left, bottom, right)",
        kernelHeight,
        kernelWidth,
        h,
        w,
        padTop,
        padLeft,
        padBottom,
        padRight);
  }

  /** Refuses padding of more than half the kernel: a window could lie outside of the map. */
  public static void checkPadding(
      int kernelHeight, int kernelWidth, int top, int left, int bottom, int right) {
    checkArgument(
        Math.min(Math.min(top, bottom), Math.min(left, right)) >= 0
            && Math.max(top, bottom) <= kernelHeight / 2
            && Math.max(left, right) <= kernelWidth / 2,
        "pooling: expected padding of at most half the kernel (%s vertically, %s horizontally), got"
            + " %s, %s, %s, %s (top, left, bottom, right)",
        kernelHeight / 2,
        kernelWidth / 2,
        top,
        left,
        bottom,
        right);
  }

  /** Output rows. */
  public long outHeight() {
    return ConvolutionGeometry.outSize(h, kernelHeight, strideHeight, 1, padTop, padBottom);
  }

  /** Output columns. */
  public long outWidth() {
    return ConvolutionGeometry.outSize(w, kernelWidth, strideWidth, 1, padLeft, padRight);
  }
}
