package dev.eman.core.nn.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_fuse_norm_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import dev.eman.core.internal.ChannelSums;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Batch normalisation with an optional fused ReLU.
 *
 * <p>In training not by oneDNN's primitive for it: that sums over a batch in float32, one value
 * after the other, and with 400,000 values a channel its variance is off by 1e-5 to 1e-4. Instead
 *
 * <pre>
 * y  = a x + b                  a = gamma / s, b = beta - a mean, s = sqrt(variance + eps)
 * dx = a (dy + k x + c)         k = -dgamma / (s rows), c = -dbeta / rows - k mean
 *                               dbeta = sum dy, dgamma = sum dy (x - mean) / s
 * </pre>
 *
 * with {@link ChannelSums} for the statistics, {@link OneDnnChannelSums} for the gradients' sums,
 * and {@link OneDnnAffine} for the rest: fewer passes over memory than the primitive's, and no
 * mask.
 */
final class OneDnnNormalization {
  private OneDnnNormalization() {}

  /** What a primitive was built for: no boxes, since one is made per call. */
  private record Key(boolean relu, long rows, int channels, double eps) {}

  static void withBatch(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      double eps,
      boolean relu,
      INDArray y,
      INDArray mean,
      INDArray variance) {
    OneDnn context = OneDnn.context();
    int channels = Math.toIntExact(x.size(1));
    ChannelVectors v = ChannelVectors.of(channels);
    OneDnnChannelSums.of(context, x).moments(x, v.first(), v.second());
    v.write(v.first(), mean);
    v.write(v.second(), variance);
    float[] a = v.read(gamma, 0);
    float[] b = v.read(beta, 1);
    for (int i = 0; i < channels; i++) {
      double scale = a[i] / Math.sqrt(v.second()[i] + eps);
      a[i] = (float) scale;
      b[i] = (float) (b[i] - scale * v.first()[i]);
    }
    OneDnnAffine.of(context, x).apply(x, a, b, relu, y);
  }

  static void withStored(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      boolean relu,
      INDArray y) {
    OneDnn context = OneDnn.context();
    int channels = Math.toIntExact(x.size(1));
    long rows = x.length() / channels;
    DnnlOp op =
        context.cached(
            new Key(relu, rows, channels, eps), () -> stored(context, rows, channels, eps, relu));
    op.run(OneDnn.checkChannelsLast(x), gamma, beta, OneDnn.checkChannelsLast(y), mean, variance);
  }

  private static DnnlOp stored(OneDnn context, long rows, int channels, double eps, boolean relu) {
    memory.desc image = OneDnn.channelsLast(rows, channels, 1, 1);
    memory.desc vector = OneDnn.plain(memory.format_tag.a, channels);
    int flags =
        dnnl_use_global_stats | dnnl_use_scale | dnnl_use_shift | (relu ? dnnl_fuse_norm_relu : 0);
    batch_normalization_forward.primitive_desc pd =
        new batch_normalization_forward.primitive_desc(
            new batch_normalization_forward.desc(
                dnnl.dnnl_forward_inference, image, (float) eps, flags),
            OneDnn.attributes(),
            OneDnn.engine());
    return new DnnlOp(
        context,
        new batch_normalization_forward(pd),
        pd,
        new int[] {
          DNNL_ARG_SRC,
          DNNL_ARG_SCALE,
          DNNL_ARG_SHIFT,
          DNNL_ARG_DST,
          DNNL_ARG_MEAN,
          DNNL_ARG_VARIANCE
        },
        image,
        vector,
        vector,
        image,
        vector,
        vector);
  }

  /**
   * The backward pass.
   *
   * @param dy of the affine function's output: a ReLU's mask has been applied
   * @param dx mutated; may be dy
   */
  static void backward(
      INDArray x,
      INDArray dy,
      INDArray gamma,
      INDArray mean,
      INDArray variance,
      double eps,
      INDArray dx,
      INDArray dgamma,
      INDArray dbeta) {
    OneDnn context = OneDnn.context();
    int channels = Math.toIntExact(x.size(1));
    double rows = (double) x.length() / channels;
    ChannelVectors v = ChannelVectors.of(channels);
    float[] a = v.read(gamma, 0);
    float[] c = v.read(mean, 1);
    float[] k = v.read(variance, 2);
    double[] sums = v.first();
    double[] products = v.second();
    OneDnnChannelSums.of(context, x).products(x, dy, c, k, sums, products);
    for (int i = 0; i < channels; i++) {
      double s = Math.sqrt(k[i] + eps);
      double factor = -products[i] / (s * s * rows);
      products[i] /= s;
      c[i] = (float) (-sums[i] / rows - factor * c[i]);
      k[i] = (float) factor;
      a[i] = (float) (a[i] / s);
    }
    OneDnnAffine.of(context, x).combine(x, dy, k, c, a, dx);
    v.write(sums, dbeta);
    v.write(products, dgamma);
  }
}
