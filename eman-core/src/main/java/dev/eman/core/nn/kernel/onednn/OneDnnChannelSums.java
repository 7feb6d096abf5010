package dev.eman.core.nn.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import com.google.common.base.Verify;
import dev.eman.core.internal.ChannelSums;
import java.util.Arrays;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Sums over a batch for each channel, by oneDNN. Sums of dy and of x dy are what a depthwise 1x1
 * convolution computes as the gradients of its bias and weights, in one pass over both arrays; with
 * x in dy's place, the sums of x and of its squares. Belongs to one thread.
 */
final class OneDnnChannelSums {
  /**
   * The largest square of a mean, in variances, at which sums of products with values that are not
   * taken from the mean keep their digits; above, {@link ChannelSums} takes them from it.
   */
  private static final double CANCELLATION = 8;

  private record Key(long rows, int channels) {}

  private final OneDnn context;
  private final double rows;
  private final int channels;
  private final int width;
  private final @Nullable DnnlOp op;
  private @Nullable ShiftedSums shiftedSums;

  private OneDnnChannelSums(OneDnn context, long rows, int channels) {
    this.context = context;
    this.rows = rows;
    this.channels = channels;
    NormalizationGroups groups = NormalizationGroups.forSums(rows, channels);
    this.width = groups.groups() * channels;
    this.op = groups.leftOver() > 0 ? null : build(groups);
  }

  static OneDnnChannelSums of(OneDnn context, INDArray x) {
    int channels = Math.toIntExact(x.size(1));
    return of(context, x.length() / channels, channels);
  }

  static OneDnnChannelSums of(OneDnn context, long rows, int channels) {
    return context.cached(
        new Key(rows, channels), () -> new OneDnnChannelSums(context, rows, channels));
  }

  private @Nullable DnnlOp build(NormalizationGroups groups) {
    int line = groups.line();
    memory.desc image = OneDnn.channelsLast(groups.rows() / line, width, 1, line);
    memory.desc vector = OneDnn.plain(memory.format_tag.a, width);
    memory.desc weights =
        new memory.desc(
            new long[] {width, 1, 1, 1, 1}, memory.data_type.f32, memory.format_tag.any);
    long[] one = {1, 1};
    long[] none = {0, 0};
    convolution_forward.primitive_desc hint =
        new convolution_forward.primitive_desc(
            OneDnn.engine(),
            dnnl.prop_kind.forward_training,
            dnnl.algorithm.convolution_direct,
            image,
            weights,
            vector,
            image,
            one,
            none,
            none,
            OneDnn.attributes(),
            false);
    convolution_backward_weights.primitive_desc pd =
        new convolution_backward_weights.primitive_desc(
            OneDnn.engine(),
            dnnl.algorithm.convolution_direct,
            image,
            weights,
            vector,
            image,
            one,
            none,
            none,
            hint,
            OneDnn.attributes(),
            false);
    boolean depthwise = pd.impl_info_str().getString().startsWith("jit_dw");
    // Blocks of channels are adjacent: for 1x1 they are the plain order, unless padded.
    boolean plain = pd.diff_weights_desc().get_size() == (long) width * Float.BYTES;
    if (!depthwise || !plain) {
      return null;
    }
    return new DnnlOp(
        context,
        new convolution_backward_weights(pd),
        pd,
        new int[] {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_BIAS},
        image,
        image,
        pd.diff_weights_desc(),
        vector);
  }

  /**
   * Computes mean and biased variance.
   *
   * @param mean the first C values are overwritten
   * @param variance the first C values are overwritten
   */
  void moments(INDArray x, double[] mean, double[] variance) {
    if (op != null) {
      run(op, x, x, mean, variance);
      boolean cancels = false;
      for (int c = 0; c < channels; c++) {
        mean[c] /= rows;
        variance[c] = variance[c] / rows - mean[c] * mean[c];
        cancels |= cancels(mean[c], variance[c]);
      }
      if (!cancels) {
        return;
      }
    }
    ShiftedSums shifted = shifted();
    if (op == null || shifted == null) {
      ChannelSums.moments(x, mean, variance);
      return;
    }
    float[] shift = shifted.shift();
    for (int c = 0; c < channels; c++) {
      shift[c] = (float) -mean[c];
    }
    shifted.run(x, null, mean, variance);
    for (int c = 0; c < channels; c++) {
      double m = mean[c] / rows;
      mean[c] = m - shift[c];
      variance[c] = Math.max(0, variance[c] / rows - m * m);
    }
  }

  /** Null where oneDNN's kernels do not serve it. */
  private @Nullable ShiftedSums shifted() {
    if (op != null && shiftedSums == null) {
      shiftedSums = ShiftedSums.of(context, (long) rows, channels);
    }
    return shiftedSums;
  }

  /**
   * Computes sums of gradients.
   *
   * @param sums the first C values become the sums of dy
   * @param products the first C values become the sums of (x - mean) dy
   */
  void products(
      INDArray x, INDArray dy, float[] mean, float[] variance, double[] sums, double[] products) {
    boolean cancels = false;
    for (int c = 0; c < channels; c++) {
      cancels |= cancels(mean[c], variance[c]);
    }
    ShiftedSums shifted = cancels ? shifted() : null;
    if (shifted != null) {
      float[] shift = shifted.shift();
      for (int c = 0; c < channels; c++) {
        shift[c] = -mean[c];
      }
      shifted.run(x, dy, sums, products);
    } else if (op == null || cancels) {
      ChannelSums.products(x, dy, mean, sums, products);
    } else {
      run(op, x, dy, sums, products);
      for (int c = 0; c < channels; c++) {
        products[c] -= mean[c] * sums[c];
      }
    }
  }

  private static boolean cancels(double mean, double variance) {
    return mean * mean > CANCELLATION * variance;
  }

  /** Sums of dy and of x dy. */
  private void run(DnnlOp op, INDArray x, INDArray dy, double[] sums, double[] products) {
    Arrays.fill(sums, 0, channels, 0);
    Arrays.fill(products, 0, channels, 0);
    add(op, OneDnn.checkChannelsLast(x), OneDnn.checkChannelsLast(dy), 0, sums, products);
  }

  /** Whether {@link #addPart} serves. */
  boolean servesParts() {
    return op != null;
  }

  /**
   * Adds the sums of dy and of x dy.
   *
   * @param x some rows
   * @param from where as many rows of dy begin, in bytes
   */
  void addPart(INDArray x, INDArray dy, long from, double[] sums, double[] products) {
    add(Verify.verifyNotNull(op), x, dy, from, sums, products);
  }

  private void add(
      DnnlOp op, INDArray x, INDArray dy, long from, double[] sums, double[] products) {
    RepeatedVectors vectors = context.vectors();
    op.run(new long[] {0, from, 0, 0}, x, dy, vectors.get(0, width), vectors.get(1, width));
    vectors.sum(0, width, products, channels);
    vectors.sum(1, width, sums, channels);
  }
}
