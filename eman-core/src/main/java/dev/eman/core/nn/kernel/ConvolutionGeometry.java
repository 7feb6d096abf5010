package dev.eman.core.nn.kernel;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.stream.IntStream;

/**
 * Sizes of one 2-D convolution: input {@code [n, c, h, w]}, output {@code [n, k, outHeight(),
 * outWidth()]}, weights {@code [k, c, kernelHeight, kernelWidth]}. Heights and widths are in
 * pixels.
 *
 * @param n images
 * @param c channels of the input
 * @param h rows of the input
 * @param w columns of the input
 * @param k channels of the output
 * @param kernelHeight rows of the window that have weights
 * @param kernelWidth columns of the window that have weights
 * @param strideHeight rows from one window to the next
 * @param strideWidth columns from one window to the next
 * @param dilationHeight rows from one weight to the next; 1 for adjacent ones
 * @param dilationWidth columns from one weight to the next; 1 for adjacent ones
 * @param padTop rows of zeros above the input
 * @param padLeft columns of zeros to its left
 * @param padBottom rows of zeros below; the last may be read by no window
 * @param padRight columns of zeros to its right
 */
public record ConvolutionGeometry(
    long n,
    long c,
    long h,
    long w,
    long k,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int dilationHeight,
    int dilationWidth,
    int padTop,
    int padLeft,
    int padBottom,
    int padRight) {

  public ConvolutionGeometry {
    checkArgument(
        n > 0 && c > 0 && h > 0 && w > 0 && k > 0,
        "convolution: expected positive sizes, got n=%s c=%s h=%s w=%s k=%s",
        n,
        c,
        h,
        w,
        k);
    checkArgument(
        outSize(h, kernelHeight, strideHeight, dilationHeight, padTop, padBottom) > 0
            && outSize(w, kernelWidth, strideWidth, dilationWidth, padLeft, padRight) > 0,
        "convolution: a %sx%s input is smaller than the %sx%s kernel with its padding",
        h,
        w,
        kernelHeight,
        kernelWidth);
  }

  /** Output rows. */
  public long outHeight() {
    return outSize(h, kernelHeight, strideHeight, dilationHeight, padTop, padBottom);
  }

  /** Output columns. */
  public long outWidth() {
    return outSize(w, kernelWidth, strideWidth, dilationWidth, padLeft, padRight);
  }

  /** Whether some window reads padding only: all of its taps lie outside of the map. */
  public boolean hasEmptyWindows() {
    return hasEmptyWindows(h, outHeight(), kernelHeight, strideHeight, dilationHeight, padTop)
        || hasEmptyWindows(w, outWidth(), kernelWidth, strideWidth, dilationWidth, padLeft);
  }

  private static boolean hasEmptyWindows(
      long in, long out, int kernel, int stride, int dilation, int padBefore) {
    for (long o = 0; o < out; o++) {
      long start = o * stride - padBefore;
      if (IntStream.range(0, kernel)
          .mapToLong(tap -> start + (long) tap * dilation)
          .noneMatch(at -> at >= 0 && at < in)) {
        return true;
      }
    }
    return false;
  }

  /** The size of one output dimension: floor((in + pads - dilatedKernel) / stride) + 1. */
  public static long outSize(
      long in, int kernel, int stride, int dilation, int padBefore, int padAfter) {
    long span = in + padBefore + padAfter - (long) dilation * (kernel - 1) - 1;
    return span < 0 ? 0 : span / stride + 1;
  }
}
