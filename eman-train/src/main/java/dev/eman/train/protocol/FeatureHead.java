package dev.eman.train.protocol;

import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.Pooling;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;

/**
 * A backbone for features that are computed already, which take the place of images: {@code [N, D,
 * 1, 1]} to {@code [N, D]}. It is one batch normalisation, so that the head behind it has
 * statistics that a teacher can average. Its gamma is 1/sqrt(D) and stays so, because a linear
 * layer follows that can scale by itself: rows have a length of about 1, and one learning rate
 * serves for any encoder.
 */
final class FeatureHead extends Backbone {
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
        "norm",
        EmanBatchNormalization.builder()
            .nIn(featureSize())
            .nOut(featureSize())
            .initial(1 / Math.sqrt(featureSize()), 0)
            .lockGammaBeta(true)
            .build(),
        input);
    graph.addLayer("features", Pooling.globalAverage(), "norm"); // Of one pixel: only the shape.
    return "features";
  }
}
