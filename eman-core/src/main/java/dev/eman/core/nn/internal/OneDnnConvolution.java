package dev.eman.core.nn.internal;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Convolution with the weights reordered into the layout that oneDNN chose. */
final class OneDnnConvolution {
  private static final int DIRECT = dnnl.dnnl_convolution_direct;

  /** Channels in a block of AVX-512's kernels; AVX2's has half. */
  private static final int WIDEST_BLOCK = 16;

  private OneDnnConvolution() {}

  private record ConvolutionKey(String operation, boolean bias, ConvolutionGeometry g) {}

  /**
   * A convolution with the reordering of its weights between the plain layout and the one that
   * oneDNN chose.
   */
  private record WeightedOp(DnnlOp op, @Nullable DnnlOp reorder, long blockedBytes) {
    /** Reorders when needed; returns the array in which the operation finds its weights. */
    INDArray toBlocked(OneDnn context, INDArray plain) {
      if (reorder == null) {
        return plain;
      }
      INDArray blocked = context.weightsBuffer(blockedBytes);
      reorder.run(plain, blocked);
      return blocked;
    }
  }

  private static memory.desc source(ConvolutionGeometry g) {
    return OneDnn.channelsLast(g.n(), g.c(), g.h(), g.w());
  }

  private static memory.desc destination(ConvolutionGeometry g) {
    return OneDnn.channelsLast(g.n(), g.k(), g.outHeight(), g.outWidth());
  }

  static memory.desc weights(ConvolutionGeometry g, memory.format_tag tag) {
    return OneDnn.plain(tag, g.k(), g.c(), g.kernelHeight(), g.kernelWidth());
  }

  private static memory.desc bias(ConvolutionGeometry g, boolean present) {
    return present ? OneDnn.plain(memory.format_tag.a, g.k()) : new memory.desc();
  }

  private static long[] strides(ConvolutionGeometry g) {
    return new long[] {g.strideHeight(), g.strideWidth()};
  }

  private static long[] dilations(ConvolutionGeometry g) {
    return new long[] {g.dilationHeight() - 1L, g.dilationWidth() - 1L};
  }

  private static long[] padBefore(ConvolutionGeometry g) {
    return new long[] {g.padTop(), g.padLeft()};
  }

  private static long[] padAfter(ConvolutionGeometry g) {
    return new long[] {g.padBottom(), g.padRight()};
  }

  static convolution_forward.primitive_desc forwardDescriptor(
      int kind, boolean withBias, ConvolutionGeometry g, primitive_attr attributes) {
    memory.desc any = weights(g, memory.format_tag.any);
    convolution_forward.desc d =
        new convolution_forward.desc(
            kind,
            DIRECT,
            source(g),
            any,
            bias(g, withBias),
            destination(g),
            strides(g),
            dilations(g),
            padBefore(g),
            padAfter(g));
    return new convolution_forward.primitive_desc(d, attributes, OneDnn.engine());
  }

  private static WeightedOp weighted(
      OneDnn context, DnnlOp op, memory.desc blocked, ConvolutionGeometry g, boolean toPlain) {
    memory.desc plain = weights(g, memory.format_tag.oihw);
    if (blocked.equals(plain)) {
      return new WeightedOp(op, null, 0);
    }
    DnnlOp reorder =
        toPlain
            ? OneDnnKernels.reorder(context, blocked, plain)
            : OneDnnKernels.reorder(context, plain, blocked);
    return new WeightedOp(op, reorder, blocked.get_size());
  }

  static void forward(
      ConvolutionGeometry g, INDArray x, INDArray w, @Nullable INDArray b, INDArray y) {
    OneDnn context = OneDnn.context();
    boolean withBias = b != null;
    WeightedOp op =
        context.cached(
            new ConvolutionKey("forward", withBias, g),
            () -> {
              convolution_forward.primitive_desc pd =
                  forwardDescriptor(dnnl.dnnl_forward_training, withBias, g, OneDnn.attributes());
              int[] arguments =
                  withBias
                      ? new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS}
                      : new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
              DnnlOp run =
                  new DnnlOp(
                      context,
                      new convolution_forward(pd),
                      pd,
                      arguments,
                      source(g),
                      pd.weights_desc(),
                      destination(g),
                      bias(g, withBias));
              return weighted(context, run, pd.weights_desc(), g, false);
            });
    INDArray weights = op.toBlocked(context, w);
    op.op().run(OneDnn.checkChannelsLast(x), weights, OneDnn.checkChannelsLast(y), b);
  }

  static void backwardData(ConvolutionGeometry g, INDArray dy, INDArray w, INDArray dx) {
    OneDnn context = OneDnn.context();
    WeightedOp op =
        context.cached(
            new ConvolutionKey("data", false, g),
            () -> {
              convolution_backward_data.desc d =
                  new convolution_backward_data.desc(
                      DIRECT,
                      source(g),
                      weights(g, memory.format_tag.any),
                      destination(g),
                      strides(g),
                      dilations(g),
                      padBefore(g),
                      padAfter(g));
              convolution_backward_data.primitive_desc pd =
                  new convolution_backward_data.primitive_desc(
                      d,
                      OneDnn.attributes(),
                      OneDnn.engine(),
                      forwardDescriptor(dnnl.dnnl_forward_training, false, g, OneDnn.attributes()));
              DnnlOp run =
                  new DnnlOp(
                      context,
                      new convolution_backward_data(pd),
                      pd,
                      new int[] {DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC},
                      destination(g),
                      pd.weights_desc(),
                      source(g));
              return weighted(context, run, pd.weights_desc(), g, false);
            });
    op.op()
        .run(OneDnn.checkChannelsLast(dy), op.toBlocked(context, w), OneDnn.checkChannelsLast(dx));
  }

  /**
   * oneDNN 2.5.2's kernels for 1x1 convolutions with a stride gather the source in a scratchpad
   * that they ask for in channels and fill in blocks of channels: with fewer channels than a block
   * they write behind it, and threads write over one another. Seen with AVX2, whose blocks are of
   * 8. Another of its kernels serves such shapes.
   */
  private static void avoidShortScratchpad(
      convolution_backward_weights.primitive_desc descriptor, ConvolutionGeometry g) {
    boolean pointwise = g.kernelHeight() == 1 && g.kernelWidth() == 1;
    boolean strided = g.strideHeight() > 1 || g.strideWidth() > 1;
    if (!pointwise || !strided || g.c() >= WIDEST_BLOCK) {
      return;
    }
    while (descriptor.impl_info_str().getString().startsWith("jit_1x1")) {
      if (!descriptor.next_impl()) {
        throw new IllegalStateException("oneDNN has no other kernel for " + g);
      }
    }
  }

  static void backwardWeights(
      ConvolutionGeometry g, INDArray x, INDArray dy, INDArray dw, @Nullable INDArray db) {
    OneDnn context = OneDnn.context();
    boolean withBias = db != null;
    WeightedOp op =
        context.cached(
            new ConvolutionKey("weights", withBias, g),
            () -> {
              convolution_backward_weights.desc d =
                  new convolution_backward_weights.desc(
                      DIRECT,
                      source(g),
                      weights(g, memory.format_tag.any),
                      bias(g, withBias),
                      destination(g),
                      strides(g),
                      dilations(g),
                      padBefore(g),
                      padAfter(g));
              convolution_backward_weights.primitive_desc pd =
                  new convolution_backward_weights.primitive_desc(
                      d,
                      OneDnn.attributes(),
                      OneDnn.engine(),
                      forwardDescriptor(
                          dnnl.dnnl_forward_training, withBias, g, OneDnn.attributes()));
              avoidShortScratchpad(pd, g);
              int[] arguments =
                  withBias
                      ? new int[] {
                        DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_BIAS
                      }
                      : new int[] {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS};
              DnnlOp run =
                  new DnnlOp(
                      context,
                      new convolution_backward_weights(pd),
                      pd,
                      arguments,
                      source(g),
                      destination(g),
                      pd.diff_weights_desc(),
                      bias(g, withBias));
              return weighted(context, run, pd.diff_weights_desc(), g, true);
            });
    INDArray target = op.reorder() == null ? dw : context.weightsBuffer(op.blockedBytes());
    op.op().run(OneDnn.checkChannelsLast(x), OneDnn.checkChannelsLast(dy), target, db);
    if (op.reorder() != null) {
      op.reorder().run(target, dw);
    }
  }
}
