package dev.eman.core.nn.layer;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.nn.Convolution;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Bias (if any), then weights: the order of DL4J's convolution, so that vectors can be copied. */
public final class ConvolutionParameters extends LayerParameters {
  public static final ConvolutionParameters INSTANCE = new ConvolutionParameters();

  /** The weights {@code [nOut, nIn, kH, kW]}. */
  public static final String WEIGHT = "W";

  /** The bias {@code [nOut]}. */
  public static final String BIAS = "b";

  private ConvolutionParameters() {}

  @Override
  ImmutableMap<String, long[]> shapes(Layer layer) {
    Convolution c = (Convolution) layer;
    ImmutableMap.Builder<String, long[]> shapes = ImmutableMap.builder();
    if (c.hasBias()) {
      shapes.put(BIAS, new long[] {c.getNOut()});
    }
    shapes.put(WEIGHT, new long[] {c.getNOut(), c.getNIn(), c.getKernel()[0], c.getKernel()[1]});
    return shapes.buildOrThrow();
  }

  @Override
  void initialize(Layer layer, String key, INDArray view) {
    Convolution c = (Convolution) layer;
    if (key.equals(BIAS)) {
      view.assign(c.getBiasInit());
      return;
    }
    double kernel = (double) c.getKernel()[0] * c.getKernel()[1];
    c.getWeightInitFn()
        .init(
            c.getNIn() * kernel,
            c.getNOut() * kernel,
            view.shape(),
            'c',
            view.reshape(view.length()));
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return WEIGHT.equals(key);
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return BIAS.equals(key);
  }
}
