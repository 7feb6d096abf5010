package dev.eman.core.nn;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;

/** Converts configurations of DL4J's stock layers into this library's, with their settings. */
final class LayerConversion {
  /** Loss layers whose logits are known. */
  private static final ImmutableSet<Class<?>> LOGITS =
      ImmutableSet.of(OutputLayer.class, CenterLossOutputLayer.class, LossLayer.class);

  private final CNN2DFormat format;
  private final boolean toLogits;

  LayerConversion(CNN2DFormat format, boolean toLogits) {
    this.format = format;
    this.toLogits = toLogits;
  }

  CNN2DFormat format() {
    return format;
  }

  static CNN2DFormat formatOf(ComputationGraph graph) {
    return formatOf(Arrays.stream(graph.getLayers()));
  }

  static CNN2DFormat formatOf(MultiLayerNetwork network) {
    return formatOf(Arrays.stream(network.getLayers()));
  }

  /** Activation layers do not record their format; the convolutions around them do. */
  private static CNN2DFormat formatOf(Stream<org.deeplearning4j.nn.api.Layer> layers) {
    boolean last =
        layers
            .map(l -> l.conf().getLayer())
            .anyMatch(
                l ->
                    (l instanceof ConvolutionLayer c && c.getCnn2dDataFormat() == CNN2DFormat.NHWC)
                        || (l instanceof BatchNormalization b
                            && b.getCnn2DFormat() == CNN2DFormat.NHWC)
                        || (l instanceof Convolution o && o.getDataFormat() == CNN2DFormat.NHWC));
    return last ? CNN2DFormat.NHWC : CNN2DFormat.NCHW;
  }

  /** The converted layer, or nothing if the layer stays as it is. */
  Optional<Layer> convert(Layer layer) {
    Class<?> type = layer.getClass();
    if (layer instanceof BatchNormalization b) {
      return Optional.of(normalization(b));
    }
    if (type == ConvolutionLayer.class || type == Convolution2D.class) {
      return Optional.of(convolution((ConvolutionLayer) layer));
    }
    if (type == SubsamplingLayer.class) {
      return pooling((SubsamplingLayer) layer);
    }
    if (type == ActivationLayer.class) {
      return activation((ActivationLayer) layer);
    }
    if (type == FrozenLayer.class) {
      return convert(((FrozenLayer) layer).getLayer())
          .map(inner -> named(new FrozenLayer(inner), layer));
    }
    if (type == FrozenLayerWithBackprop.class) {
      return convert(((FrozenLayerWithBackprop) layer).getUnderlying())
          .map(inner -> named(new FrozenLayerWithBackprop(inner), layer));
    }
    if (toLogits && (type == OutputLayer.class || type == CenterLossOutputLayer.class)) {
      return Optional.of(logits((BaseOutputLayer) layer));
    }
    if (toLogits && type == LossLayer.class) {
      return Optional.of(named(new ActivationLayer(Activation.IDENTITY), layer));
    }
    return Optional.empty();
  }

  /**
   * Refuses outputs that compute a loss and are not converted to logits.
   *
   * @throws IllegalArgumentException with what to do
   */
  static void checkOutputs(ComputationGraph graph) {
    for (String name : graph.getConfiguration().getNetworkOutputs()) {
      if (graph.getVertex(name).hasLayer() && graph.getLayer(name) instanceof IOutputLayer layer) {
        Class<?> type = layer.conf().getLayer().getClass();
        checkArgument(
            LOGITS.contains(type),
            "output \"%s\": expected an OutputLayer, a CenterLossOutputLayer or a LossLayer, got"
                + " %s, of which it is not known what its logits are: build the network with a"
                + " linear layer in its place, or take the part below it (GraphParts.upTo)",
            name,
            type.getName());
      }
    }
  }

  private static Layer named(Layer converted, Layer from) {
    converted.setLayerName(from.getLayerName());
    return converted;
  }

  private EmanBatchNormalization normalization(BatchNormalization from) {
    EmanBatchNormalization to =
        EmanBatchNormalization.builder()
            .decay(from.getDecay())
            .eps(from.getEps())
            .initial(from.getGamma(), from.getBeta())
            .lockGammaBeta(from.isLockGammaBeta())
            .dataFormat(from.getCnn2DFormat())
            .build();
    copySettings(from, to);
    to.setActivationFn(new ActivationIdentity()); // DL4J's layer never applies one,
    to.setIDropout(null); // nor dropout, which it takes from the network's settings all the same.
    return to;
  }

  private static Convolution convolution(ConvolutionLayer from) {
    int[] kernel = from.getKernelSize();
    Convolution.Builder b =
        new Convolution.Builder(kernel[0], kernel[1])
            .stride(from.getStride()[0], from.getStride()[1])
            .dilation(from.getDilation()[0], from.getDilation()[1])
            .hasBias(from.hasBias())
            .dataFormat(from.getCnn2dDataFormat());
    if (from.getConvolutionMode() == ConvolutionMode.Same) {
      b.samePadding();
    } else {
      int[] p = from.getPadding();
      b.padding(p[0], p[1], p[0], p[1]);
    }
    Convolution to = b.build();
    copySettings(from, to);
    return to;
  }

  private static Optional<Layer> pooling(SubsamplingLayer from) {
    Pooling.Kind kind;
    switch (from.getPoolingType()) {
      case MAX -> kind = Pooling.Kind.MAX;
      case AVG -> kind = Pooling.Kind.AVERAGE;
      default -> {
        return Optional.empty();
      }
    }
    if (from.getDilation()[0] != 1 || from.getDilation()[1] != 1) {
      return Optional.empty();
    }
    int[] k = from.getKernelSize();
    int[] s = from.getStride();
    int[] p = from.getPadding();
    boolean same = from.getConvolutionMode() == ConvolutionMode.Same;
    if (!same && (p[0] > k[0] / 2 || p[1] > k[1] / 2)) {
      return Optional
          .empty(); // windows outside of the map: DL4J defines a result, this library does not
    }
    Pooling.Builder b =
        new Pooling.Builder(kind, k[0], k[1], s[0], s[1])
            .includePadding(from.isAvgPoolIncludePadInDivisor());
    if (same) {
      b.samePadding();
    } else {
      b.padding(p[0], p[1], p[0], p[1]);
    }
    b.dataFormat(from.getCnn2dDataFormat());
    Pooling to = b.build();
    to.setIDropout(from.getIDropout());
    return Optional.of(named(to, from));
  }

  private Optional<Layer> activation(ActivationLayer from) {
    IActivation f = from.getActivationFn();
    if (from.getIDropout() != null) {
      return Optional.empty();
    }
    if (f.equals(new ActivationReLU())) {
      return Optional.of(named(Relu.leaky(0).withFormat(format), from));
    }
    if (f instanceof ActivationLReLU leaky && leaky.getAlpha() >= 0 && leaky.getAlpha() < 1) {
      return Optional.of(named(Relu.leaky(leaky.getAlpha()).withFormat(format), from));
    }
    return Optional.empty();
  }

  private static DenseLayer logits(BaseOutputLayer from) {
    DenseLayer to = new DenseLayer.Builder().hasBias(from.hasBias()).build();
    copySettings(from, to);
    to.setActivationFn(new ActivationIdentity());
    return to;
  }

  private static void copySettings(FeedForwardLayer from, FeedForwardLayer to) {
    to.setLayerName(from.getLayerName());
    to.setIDropout(from.getIDropout());
    to.setConstraints(from.getConstraints());
    to.setNIn(from.getNIn());
    to.setNOut(from.getNOut());
    to.setActivationFn(from.getActivationFn());
    to.setWeightInitFn(from.getWeightInitFn());
    to.setBiasInit(from.getBiasInit());
    to.setRegularization(from.getRegularization());
    to.setRegularizationBias(from.getRegularizationBias());
    to.setIUpdater(from.getIUpdater());
    to.setBiasUpdater(from.getBiasUpdater());
    to.setWeightNoise(from.getWeightNoise());
    to.setGradientNormalization(from.getGradientNormalization());
    to.setGradientNormalizationThreshold(from.getGradientNormalizationThreshold());
  }
}
