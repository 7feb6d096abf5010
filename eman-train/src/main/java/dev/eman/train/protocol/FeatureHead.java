package dev.eman.train.protocol;

import dev.eman.core.eval.LinearLayer;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.layer.NormalizationParameters;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A backbone for features that are computed already, which take the place of images: {@code [N, D,
 * 1, 1]} to {@code [N, D]}. It is one batch normalisation, so that the head behind it has
 * statistics that a teacher can average. Its gamma is 1/sqrt(D) and stays so, because a linear
 * layer follows that can scale by itself: rows have a length of about 1, and one learning rate
 * serves for any encoder.
 */
final class FeatureHead extends Backbone {
  private static final String NORM = "norm";
  private static final String FEATURES = "features";

  /**
   * A backbone.
   *
   * @param features D, at least 1
   */
  FeatureHead(int features) {
    super("features-" + features, features, features);
  }

  @Override
  public String addTo(GraphBuilder graph, String input) {
    graph.addLayer(
        NORM,
        EmanBatchNormalization.builder()
            .nIn(featureSize())
            .nOut(featureSize())
            .initial(1 / Math.sqrt(featureSize()), 0)
            .lockGammaBeta(true)
            .build(),
        input);
    graph.addLayer(FEATURES, Pooling.globalAverage(), NORM); // Of one pixel: only the shape.
    return FEATURES;
  }

  /**
   * The normalisation, with its stored statistics, and the classifier behind it as one layer; null
   * if the logits are not of a linear layer of the features.
   */
  static @Nullable LinearLayer classifier(ComputationGraph network) {
    ComputationGraphConfiguration graph = network.getConfiguration();
    String logits = graph.getNetworkOutputs().get(0);
    Layer norm = network.getLayer(NORM);
    Layer linear = network.getLayer(logits);
    if (linear == null
        || !List.of(FEATURES).equals(graph.getVertexInputs().get(logits))
        || !(linear.conf().getLayer() instanceof DenseLayer dense)
        || !dense.hasBias()
        || !(dense.getActivationFn() instanceof ActivationIdentity)) {
      return null;
    }
    double eps = ((EmanBatchNormalization) norm.conf().getLayer()).getEps();
    INDArray mean = row(norm.getParam(NormalizationParameters.MEAN));
    INDArray gamma = row(norm.getParam(NormalizationParameters.GAMMA));
    INDArray variance = row(norm.getParam(NormalizationParameters.VARIANCE));
    // Beta is 0 and stays so.
    return new LinearLayer(
            linear.getParam(DefaultParamInitializer.WEIGHT_KEY).dup(),
            row(linear.getParam(DefaultParamInitializer.BIAS_KEY)).dup())
        .after(mean, gamma.div(Transforms.sqrt(variance.add(eps))));
  }

  private static INDArray row(INDArray vector) {
    return vector.reshape(1, vector.length());
  }
}
