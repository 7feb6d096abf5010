package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.internal.ChannelAffine;
import dev.eman.core.internal.ChannelSums;
import dev.eman.core.nn.kernel.Normalization;
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
 * mask: the sign of a x + b is computed again.
 */
final class OneDnnNormalization {
  private OneDnnNormalization() {}

  static void withBatch(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      double eps,
      double slope,
      INDArray y,
      INDArray mean,
      INDArray variance) {
    statistics(x, mean, variance);
    withStored(x, gamma, beta, mean, variance, eps, slope, y);
  }

  static void statistics(INDArray x, INDArray mean, INDArray variance) {
    ChannelVectors v = ChannelVectors.of(Math.toIntExact(x.size(1)));
    OneDnnChannelSums.of(OneDnn.context(), x).moments(x, v.first(), v.second());
    v.write(v.first(), mean);
    v.write(v.second(), variance);
  }

  /** y = x normalised + addend, or max(0, that); y may be the addend. */
  static void add(INDArray x, Normalization n, INDArray addend, boolean relu, INDArray y) {
    ChannelVectors v = ChannelVectors.of(Math.toIntExact(x.size(1)));
    float[] a = v.read(n.gamma(), 0);
    float[] b = v.read(n.beta(), 1);
    toCoefficients(a, b, v.read(n.mean(), 2), v.read(n.variance(), 3), n.eps(), x.size(1));
    OneDnnAffine.of(OneDnn.context(), x).applyAndAdd(x, a, b, addend, relu, y);
  }

  static void withStored(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      double slope,
      INDArray y) {
    ChannelVectors v = ChannelVectors.of(Math.toIntExact(x.size(1)));
    apply(OneDnn.context(), v, x, gamma, beta, mean, variance, eps, slope, y);
  }

  private static void apply(
      OneDnn context,
      ChannelVectors v,
      INDArray x,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      double slope,
      INDArray y) {
    float[] a = v.read(gamma, 0);
    float[] b = v.read(beta, 1);
    toCoefficients(a, b, v.read(mean, 2), v.read(variance, 3), eps, x.size(1));
    OneDnnAffine.of(context, x).apply(x, a, b, slope == 0, y);
    if (slope > 0 && slope < 1) {
      OneDnnKernels.INSTANCE.relu(y, slope, y);
    }
  }

  /** Turns gamma into a, beta into b. */
  private static void toCoefficients(
      float[] gamma, float[] beta, float[] mean, float[] variance, double eps, long channels) {
    for (int c = 0; c < channels; c++) {
      double scale = gamma[c] / Math.sqrt(variance[c] + eps);
      gamma[c] = (float) scale;
      beta[c] = (float) (beta[c] - scale * mean[c]);
    }
  }

  /**
   * The backward pass.
   *
   * @param dx mutated; may be dy
   */
  static void backward(
      INDArray x,
      INDArray dy,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      double slope,
      INDArray dx,
      INDArray dgamma,
      INDArray dbeta) {
    OneDnn context = OneDnn.context();
    int channels = Math.toIntExact(x.size(1));
    double rows = (double) x.length() / channels;
    ChannelVectors v = ChannelVectors.of(channels);
    INDArray masked = dy;
    if (slope < 1) {
      float[] scale = v.read(gamma, 0);
      float[] shift = v.read(beta, 1);
      toCoefficients(scale, shift, v.read(mean, 2), v.read(variance, 3), eps, channels);
      if (slope == 0) {
        OneDnnAffine.of(context, x).mask(x, scale, shift, dy, dx);
      } else {
        ChannelAffine.maskInto(
            OneDnn.checkChannelsLast(x),
            scale,
            shift,
            slope,
            OneDnn.checkChannelsLast(dy),
            OneDnn.checkChannelsLast(dx),
            0);
      }
      masked = dx;
    }
    float[] a = v.read(gamma, 0);
    float[] c = v.read(mean, 1);
    float[] k = v.read(variance, 2);
    double[] sums = v.first();
    double[] products = v.second();
    OneDnnChannelSums.of(context, x).products(x, masked, c, k, sums, products);
    for (int i = 0; i < channels; i++) {
      double s = Math.sqrt(k[i] + eps);
      double factor = -products[i] / (s * s * rows);
      products[i] /= s;
      c[i] = (float) (-sums[i] / rows - factor * c[i]);
      k[i] = (float) factor;
      a[i] = (float) (a[i] / s);
    }
    OneDnnAffine.of(context, x).combine(x, masked, k, c, a, dx);
    v.write(sums, dbeta);
    v.write(products, dgamma);
  }
}
