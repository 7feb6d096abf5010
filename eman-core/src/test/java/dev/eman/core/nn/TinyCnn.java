package dev.eman.core.nn;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;

/** A network as a jar of a user's own may have it, with its provider. */
final class TinyCnn extends Backbone {
  TinyCnn(String name, int channels) {
    super(name, channels, 6);
  }

  @Override
  public String addTo(GraphBuilder graph, String input) {
    graph.addLayer(
        "conv", Convolution.builder(3).nIn(channels()).nOut(6).padding(1).build(), input);
    graph.addLayer(
        "bn", EmanBatchNormalization.builder().nIn(6).nOut(6).relu(true).build(), "conv");
    graph.addLayer("pool", Pooling.globalAverage(), "bn");
    return "pool";
  }

  /** Found by {@link Backbones}. */
  public static final class Provider implements BackboneProvider {
    @Override
    public String description() {
      return "one convolution";
    }

    @Override
    public List<String> names() {
      return List.of("tiny-cnn");
    }

    @Override
    public Optional<Backbone> find(String name, int channels) {
      return name.equals("tiny-cnn") ? Optional.of(new TinyCnn(name, channels)) : Optional.empty();
    }
  }
}
