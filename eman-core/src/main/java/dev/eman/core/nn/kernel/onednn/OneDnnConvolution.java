package dev.eman.core.nn.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import dev.eman.core.nn.kernel.ConvolutionGeometry;
import java.util.Arrays;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Convolution with the weights reordered into the layout that oneDNN chose. */
public final class OneDnnConvolution {
  private static final int DIRECT = dnnl.dnnl_convolution_direct;

  /** Channels in a block of AVX-512's kernels; AVX2's has half. */
  private static final int WIDEST_BLOCK = 16;

  /**
   * How the names begin of the kernels that put matrix products together. Those of oneDNN 2.5.2 and
   * 3.13 can leave out what is fused, or fail, where there is no product; others serve then.
   */
  private static final String MULTIPLYING_KERNELS = "brg";

  /** How the names of the kernels begin that {@link #avoidShortScratchpad} is about. */
  private static final String GATHERING_KERNELS = "jit_1x1";

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

  private static memory.desc weights(ConvolutionGeometry g, memory.format_tag tag) {
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

  private static convolution_forward.primitive_desc forwardDescriptor(
      int kind, boolean withBias, ConvolutionGeometry g, primitive_attr attributes) {
    memory.desc any = weights(g, memory.format_tag.any);
    convolution_forward.primitive_desc pd =
        new convolution_forward.primitive_desc(
            OneDnn.engine(),
            kind,
            DIRECT,
            source(g),
            any,
            bias(g, withBias),
            destination(g),
            strides(g),
            dilations(g),
            padBefore(g),
            padAfter(g),
            attributes,
            false);
    if (g.hasEmptyWindows()) {
      OneDnn.avoid(MULTIPLYING_KERNELS, pd, g);
    }
    return pd;
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
              if (OneDnnProduct.serves(g)) {
                return new WeightedOp(OneDnnProduct.forward(context, g, withBias), null, 0);
              }
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

  /**
   * A convolution for inference; takes source, packed weights, destination and bias.
   *
   * @param pack brings weights {@code [k, c, kernelHeight, kernelWidth]} into its layout
   * @param layout of packed weights
   */
  public record Fused(DnnlOp op, DnnlOp pack, Layout layout) {}

  /** How weights lie in memory. */
  public record Layout(memory.desc descriptor) {
    /** What they take. */
    public long bytes() {
      return descriptor.get_size();
    }

    /** Whether the same weights are the same bytes in both. */
    public boolean isThatOf(Layout other) {
      return descriptor.equals(other.descriptor);
    }
  }

  /**
   * A convolution with bias for inference.
   *
   * @param add whether it adds to what is in the destination
   * @param slope of the ReLU behind, NaN for none
   */
  public static Fused fused(OneDnn context, ConvolutionGeometry g, boolean add, double slope) {
    primitive_attr attributes = OneDnn.attributes();
    post_ops ops = new post_ops();
    if (add) {
      ops.append_sum();
    }
    if (!Double.isNaN(slope)) {
      ops.append_eltwise(dnnl.algorithm.eltwise_relu, (float) slope, 0f);
    }
    attributes.set_post_ops(ops);
    convolution_forward.primitive_desc pd =
        forwardDescriptor(dnnl.dnnl_forward_inference, true, g, attributes);
    memory.desc packed = pd.weights_desc();
    DnnlOp op =
        new DnnlOp(
            context,
            new convolution_forward(pd),
            pd,
            new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS},
            source(g),
            packed,
            destination(g),
            bias(g, true));
    DnnlOp pack = OneDnnKernels.reorder(context, weights(g, memory.format_tag.oihw), packed);
    return new Fused(op, pack, new Layout(packed));
  }

  /**
   * Whether the gradient of the input takes up to twice as long by products of matrices as by
   * oneDNN's older kernels, which follow in its list: with few channels, in whole blocks.
   */
  private static boolean isSlowAsProduct(ConvolutionGeometry g) {
    boolean strided = g.strideHeight() > 1 || g.strideWidth() > 1;
    boolean whole = g.c() % WIDEST_BLOCK == 0 && g.k() % WIDEST_BLOCK == 0;
    return whole && g.c() <= (strided ? 2 * WIDEST_BLOCK : WIDEST_BLOCK);
  }

  static void backwardData(ConvolutionGeometry g, INDArray dy, INDArray w, INDArray dx) {
    OneDnn context = OneDnn.context();
    WeightedOp op =
        context.cached(
            new ConvolutionKey("data", false, g),
            () -> {
              if (OneDnnProduct.serves(g)) {
                return new WeightedOp(OneDnnProduct.backwardData(context, g), null, 0);
              }
              convolution_backward_data.primitive_desc pd =
                  new convolution_backward_data.primitive_desc(
                      OneDnn.engine(),
                      DIRECT,
                      source(g),
                      weights(g, memory.format_tag.any),
                      destination(g),
                      strides(g),
                      dilations(g),
                      padBefore(g),
                      padAfter(g),
                      forwardDescriptor(dnnl.dnnl_forward_training, false, g, OneDnn.attributes()),
                      OneDnn.attributes(),
                      false);
              if (isSlowAsProduct(g)) {
                OneDnn.avoid(MULTIPLYING_KERNELS, pd, g);
              }
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
   * Some of oneDNN's kernels, of 2.5.2 and 3.13, gather the source in a scratchpad that they fill
   * in blocks of channels but ask for in channels. Where channels may not fill a block, threads
   * write over one another and behind it; another of oneDNN's kernels serves then.
   */
  private static void avoidShortScratchpad(
      convolution_backward_weights.primitive_desc descriptor, ConvolutionGeometry g) {
    boolean gathered = g.strideHeight() > 1 || g.strideWidth() > 1;
    if (gathered && g.c() < WIDEST_BLOCK) {
      OneDnn.avoid(GATHERING_KERNELS, descriptor, g);
    }
  }

  static void backwardWeights(
      ConvolutionGeometry g, INDArray x, INDArray dy, INDArray dw, @Nullable INDArray db) {
    OneDnn context = OneDnn.context();
    boolean withBias = db != null;
    WeightsGradient op =
        context.cached(
            new ConvolutionKey("weights", withBias, g),
            () -> weightsGradient(context, g, withBias));
    op.run(context, OneDnn.checkChannelsLast(x), OneDnn.checkChannelsLast(dy), dw, db);
  }

  private static WeightsGradient weightsGradient(
      OneDnn context, ConvolutionGeometry g, boolean withBias) {
    if (!withBias && OneDnnProduct.servesWeights(g)) {
      return new WeightsGradient(OneDnnProduct.backwardWeights(context, g));
    }
    memory.format_tag blocks = WeightsGradient.blocks(g);
    memory.desc source = blocks == null ? source(g) : sourceIn(blocks, g);
    memory.desc destination = blocks == null ? destination(g) : destinationIn(blocks, g);
    memory.desc any = weights(g, memory.format_tag.any);
    convolution_backward_weights.primitive_desc pd =
        new convolution_backward_weights.primitive_desc(
            OneDnn.engine(),
            DIRECT,
            source,
            any,
            bias(g, withBias),
            destination,
            strides(g),
            dilations(g),
            padBefore(g),
            padAfter(g),
            forwardDescriptor(dnnl.dnnl_forward_training, withBias, g, OneDnn.attributes()),
            OneDnn.attributes(),
            false);
    avoidShortScratchpad(pd, g);
    int[] arguments = {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_BIAS};
    DnnlOp op =
        new DnnlOp(
            context,
            new convolution_backward_weights(pd),
            pd,
            withBias ? arguments : Arrays.copyOf(arguments, 3),
            source,
            destination,
            pd.diff_weights_desc(),
            bias(g, withBias));
    WeightedOp weighted = weighted(context, op, pd.diff_weights_desc(), g, true);
    return new WeightsGradient(
        op,
        weighted.reorder(),
        weighted.blockedBytes(),
        blocks == null ? null : OneDnnKernels.reorder(context, source(g), source),
        blocks == null ? null : OneDnnKernels.reorder(context, destination(g), destination),
        source.get_size(),
        destination.get_size());
  }

  private static memory.desc sourceIn(memory.format_tag blocks, ConvolutionGeometry g) {
    return OneDnn.plain(blocks, g.n(), g.c(), g.h(), g.w());
  }

  private static memory.desc destinationIn(memory.format_tag blocks, ConvolutionGeometry g) {
    return OneDnn.plain(blocks, g.n(), g.k(), g.outHeight(), g.outWidth());
  }
}
