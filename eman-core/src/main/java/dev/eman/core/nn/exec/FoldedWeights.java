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
 * Belongs to one thread.
 */
final class FoldedWeights {
  private final OneDnn context;
  private final Layer convolution;
  private final @Nullable Layer normalization;
  private final ConvolutionGeometry geometry;
  private final DnnlOp pack;
  private final INDArray packed;
  private final INDArray bias;

  /**
   * @param fused brings the weights into its layout
   */
  FoldedWeights(
      OneDnn context,
      Layer convolution,
      @Nullable Layer normalization,
      ConvolutionGeometry geometry,
      OneDnnConvolution.Fused fused) {
    this.context = context;
    this.convolution = convolution;
    this.normalization = normalization;
    this.geometry = geometry;
    this.pack = fused.pack();
    this.packed = NativeBuffer.allocate(fused.packedBytes()).floats();
    this.bias = NativeBuffer.allocate(geometry.k() * Float.BYTES).floats();
  }

  INDArray packed() {
    return packed;
  }

  INDArray bias() {
    return bias;
  }

  /** Reads parameters and statistics again. */
  void fold() {
    int channels = (int) geometry.k();
    NativeFloats memory = NativeFloats.current();
    float[] shift = new float[channels];
    if (((Convolution) convolution.conf().getLayer()).hasBias()) {
      memory.read(convolution.getParam(ConvolutionParameters.BIAS), shift, channels);
    }
    INDArray weights = convolution.getParam(ConvolutionParameters.WEIGHT);
    if (normalization != null) {
      weights = scaled(weights, normalization, shift);
    }
    memory.write(shift, channels, bias);
    pack.run(weights, packed);
  }

  private INDArray scaled(INDArray weights, Layer norm, float[] shift) {
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
