package dev.eman.core.nn.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import dev.eman.core.nn.kernel.ConvolutionGeometry;
import java.util.Arrays;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_desc;

/**
 * Convolutions that are a product of matrices: one weight for each pair of channels, and an output
 * for each pixel. Channels-last images are the matrix {@code [pixels, channels]} as they lie, and
 * the weights {@code [K, C]}; so nothing is reordered on the way in or out, which costs a sixth of
 * such a convolution's time where it has many channels and few pixels.
 */
final class OneDnnProduct {
  /** How the name begins of oneDNN's general product of matrices, which follows its newer one. */
  private static final String GENERAL_KERNEL = "gemm:jit";

  /** Fewest channels on either side for which that one was ever seen to be quicker. */
  private static final int FEWEST_CHANNELS = 64;

  /** Most channels to be summed over in a forward pass for which it is as quick or quicker. */
  private static final int MOST_CHANNELS_FORWARD = 256;

  /** Pixels for each of the weights' channels from which on it sums over pixels more quickly. */
  private static final int PIXELS_PER_CHANNEL = 8;

  private OneDnnProduct() {}

  /** Whether a convolution is a product. */
  static boolean serves(ConvolutionGeometry g) {
    return g.kernelHeight() == 1
        && g.kernelWidth() == 1
        && g.strideHeight() == 1
        && g.strideWidth() == 1
        && g.outHeight() == g.h()
        && g.outWidth() == g.w()
        && g.padTop() == 0
        && g.padLeft() == 0;
  }

  /** Whether its weights' gradient is quicker as a product: with AVX2 the convolution's is. */
  static boolean servesWeights(ConvolutionGeometry g) {
    return OneDnn.hasWideVectors() && serves(g);
  }

  /** Whether the general kernel may be quicker; with AVX2 no difference in a step was seen. */
  private static boolean hasManyChannels(ConvolutionGeometry g) {
    return OneDnn.hasWideVectors() && Math.min(g.c(), g.k()) >= FEWEST_CHANNELS;
  }

  private static long pixels(ConvolutionGeometry g) {
    return g.n() * g.h() * g.w();
  }

  private static memory.desc rows(long rows, long columns) {
    return OneDnn.strided(new long[] {rows, columns}, new long[] {columns, 1});
  }

  /** The matrix that lies in memory as its transpose does. */
  private static memory.desc transposed(long rows, long columns) {
    return OneDnn.strided(new long[] {rows, columns}, new long[] {1, rows});
  }

  /** y = x w'; takes x, w, y and b. */
  static DnnlOp forward(OneDnn context, ConvolutionGeometry g, boolean withBias) {
    return build(
        context,
        rows(pixels(g), g.c()),
        transposed(g.c(), g.k()),
        withBias ? rows(1, g.k()) : new memory.desc(),
        rows(pixels(g), g.k()),
        withBias,
        !withBias && hasManyChannels(g) && g.c() <= MOST_CHANNELS_FORWARD,
        DNNL_ARG_SRC,
        DNNL_ARG_WEIGHTS,
        DNNL_ARG_DST,
        DNNL_ARG_BIAS);
  }

  /** dx = dy w; takes dy, w and dx. */
  static DnnlOp backwardData(OneDnn context, ConvolutionGeometry g) {
    return build(
        context,
        rows(pixels(g), g.k()),
        rows(g.k(), g.c()),
        new memory.desc(),
        rows(pixels(g), g.c()),
        false,
        hasManyChannels(g),
        DNNL_ARG_SRC,
        DNNL_ARG_WEIGHTS,
        DNNL_ARG_DST);
  }

  /** dw = dy' x; takes x, dy and dw. */
  static DnnlOp backwardWeights(OneDnn context, ConvolutionGeometry g) {
    return build(
        context,
        transposed(g.k(), pixels(g)),
        rows(pixels(g), g.c()),
        new memory.desc(),
        rows(g.k(), g.c()),
        false,
        hasManyChannels(g) && pixels(g) >= PIXELS_PER_CHANNEL * Math.max(g.c(), g.k()),
        DNNL_ARG_WEIGHTS,
        DNNL_ARG_SRC,
        DNNL_ARG_DST);
  }

  /**
   * @param general whether {@link #GENERAL_KERNEL} is preferred
   * @param arguments in the order in which arrays are given
   */
  private static DnnlOp build(
      OneDnn context,
      memory.desc source,
      memory.desc weights,
      memory.desc bias,
      memory.desc destination,
      boolean withBias,
      boolean general,
      int... arguments) {
    matmul.primitive_desc pd = descriptor(source, weights, bias, destination, withBias);
    if (general && !becomesGeneral(pd)) {
      pd = descriptor(source, weights, bias, destination, withBias);
    }
    int[] given = withBias ? arguments : Arrays.copyOf(arguments, 3);
    memory.desc[] descriptors = new memory.desc[given.length];
    for (int i = 0; i < given.length; i++) {
      descriptors[i] =
          switch (given[i]) {
            case DNNL_ARG_SRC -> source;
            case DNNL_ARG_WEIGHTS -> weights;
            case DNNL_ARG_BIAS -> bias;
            default -> destination;
          };
    }
    return new DnnlOp(context, new matmul(pd), pd, given, descriptors);
  }

  private static matmul.primitive_desc descriptor(
      memory.desc source,
      memory.desc weights,
      memory.desc bias,
      memory.desc destination,
      boolean withBias) {
    return withBias
        ? new matmul.primitive_desc(
            OneDnn.engine(), source, weights, bias, destination, OneDnn.attributes(), false)
        : new matmul.primitive_desc(
            OneDnn.engine(), source, weights, destination, OneDnn.attributes(), false);
  }

  /** Moves a descriptor on to the general kernel; returns false where oneDNN has none. */
  private static boolean becomesGeneral(primitive_desc descriptor) {
    while (!descriptor.impl_info_str().getString().startsWith(GENERAL_KERNEL)) {
      if (!descriptor.next_impl()) {
        return false;
      }
    }
    return true;
  }
}
