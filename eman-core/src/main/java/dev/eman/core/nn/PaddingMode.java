package dev.eman.core.nn;

/** How a window is padded at the border of an image. */
public enum PaddingMode {
  /** The padding given for each side; PyTorch's convention. */
  EXPLICIT,
  /**
   * Output size is ceil(input / stride), as DL4J's {@code ConvolutionMode.Same} and TensorFlow's
   * SAME: where the padding is odd, the extra row and column are at the bottom and on the right.
   */
  SAME
}
