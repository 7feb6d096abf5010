package dev.eman.core.nn.layer;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.nn.EmanBatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code gamma, beta, mean, var}, each {@code [C]}: the order of DL4J's batch normalisation. */
public final class NormalizationParameters extends LayerParameters {
  public static final NormalizationParameters INSTANCE = new NormalizationParameters();

  public static final String GAMMA = "gamma";
  public static final String BETA = "beta";
  public static final String MEAN = "mean";
  public static final String VARIANCE = "var";

  private NormalizationParameters() {}

  /** Whether a parameter of this name is a statistic, which no gradient moves. */
  public static boolean isStatistic(String key) {
    return MEAN.equals(key) || VARIANCE.equals(key);
  }

  @Override
  ImmutableMap<String, long[]> shapes(Layer layer) {
    long[] channels = {((EmanBatchNormalization) layer).getNOut()};
    ImmutableMap.Builder<String, long[]> shapes = ImmutableMap.builder();
    shapes.put(GAMMA, channels);
    shapes.put(BETA, channels);
    shapes.put(MEAN, channels);
    shapes.put(VARIANCE, channels);
    return shapes.buildOrThrow();
  }

  @Override
  void initialize(Layer layer, String key, INDArray view) {
    EmanBatchNormalization b = (EmanBatchNormalization) layer;
    switch (key) {
      case GAMMA -> view.assign(b.getInitialGamma());
      case BETA -> view.assign(b.getInitialBeta());
      case MEAN -> view.assign(0);
      default -> view.assign(1);
    }
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return false;
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return false;
  }
}
