package dev.eman.core.nn.exec;

import dev.eman.core.internal.NativeBuffer;
import dev.eman.core.internal.NativeFloats;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.kernel.ConvolutionGeometry;
import dev.eman.core.nn.kernel.onednn.DnnlOp;
import dev.eman.core.nn.kernel.onednn.OneDnn;
import dev.eman.core.nn.kernel.onednn.OneDnnConvolution;
import dev.eman.core.nn.layer.ConvolutionParameters;
import dev.eman.core.nn.layer.NormalizationParameters;
import org.deeplearning4j.nn.api.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution's weights and bias with the normalisation behind it folded in, in oneDNN's layout.
 * Shared by all programs that take this layout, of any thread.
 */
final class FoldedWeights {
  private final Layer convolution;
  private final @Nullable Layer normalization;
  private final ConvolutionGeometry geometry;
  private final OneDnnConvolution.Layout layout;
  private final INDArray packed;
  private final INDArray bias;
  private long version = -1;

  /**
   * @param layout for packed weights
   */
  FoldedWeights(
      Layer convolution,
      @Nullable Layer normalization,
      ConvolutionGeometry geometry,
      OneDnnConvolution.Layout layout) {
    this.convolution = convolution;
    this.normalization = normalization;
    this.geometry = geometry;
    this.layout = layout;
    this.packed = NativeBuffer.allocate(layout.bytes()).floats();
    this.bias = NativeBuffer.allocate(geometry.k() * Float.BYTES).floats();
  }

  INDArray packed() {
    return packed;
  }

  INDArray bias() {
    return bias;
  }

  boolean areIn(OneDnnConvolution.Layout other) {
    return layout.isThatOf(other);
  }

  /**
   * Reads parameters and statistics again, if they have changed. Threads that share the weights
   * have one version, so that nobody writes while another reads.
   *
   * @param current version of parameters and statistics
   * @param context of the calling thread
   * @param pack of the calling thread, into this layout
   */
  synchronized void fold(long current, OneDnn context, DnnlOp pack) {
    if (version == current) {
      return;
    }
    int channels = (int) geometry.k();
    NativeFloats memory = NativeFloats.current();
    float[] shift = new float[channels];
    if (((Convolution) convolution.conf().getLayer()).hasBias()) {
      memory.read(convolution.getParam(ConvolutionParameters.BIAS), shift, channels);
    }
    INDArray weights = convolution.getParam(ConvolutionParameters.WEIGHT);
    if (normalization != null) {
      weights = scaled(context, weights, normalization, shift);
    }
    memory.write(shift, channels, bias);
    pack.run(weights, packed);
    version = current;
  }

  private INDArray scaled(OneDnn context, INDArray weights, Layer norm, float[] shift) {
    int channels = (int) geometry.k();
    int perChannel = (int) (geometry.c() * geometry.kernelHeight() * geometry.kernelWidth());
    NativeFloats memory = NativeFloats.current();
    double eps = ((EmanBatchNormalization) norm.conf().getLayer()).getEps();
    float[] gamma = read(norm, NormalizationParameters.GAMMA, channels);
    float[] beta = read(norm, NormalizationParameters.BETA, channels);
    float[] mean = read(norm, NormalizationParameters.MEAN, channels);
    float[] variance = read(norm, NormalizationParameters.VARIANCE, channels);
    float[] row = new float[perChannel];
    INDArray scaled = context.weightsBuffer((long) channels * perChannel * Float.BYTES);
    for (int k = 0; k < channels; k++) {
      float scale = (float) (gamma[k] / Math.sqrt(variance[k] + eps));
      shift[k] = beta[k] + (shift[k] - mean[k]) * scale;
      long at = (long) k * perChannel;
      memory.read(weights, at, row, perChannel);
      for (int i = 0; i < perChannel; i++) {
        row[i] *= scale;
      }
      memory.write(row, perChannel, scaled, at);
    }
    return scaled;
  }

  private static float[] read(Layer layer, String parameter, int length) {
    float[] values = new float[length];
    NativeFloats.current().read(layer.getParam(parameter), values, length);
    return values;
  }
}
