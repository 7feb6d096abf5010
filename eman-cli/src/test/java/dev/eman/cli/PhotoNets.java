package dev.eman.cli;

import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.BackboneProvider;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.Relu;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.nd4j.linalg.activations.Activation;

/** Networks of a jar of a user's own, of this library's layers and DL4J's own. */
public final class PhotoNets implements BackboneProvider {
  @Override
  public String description() {
    return "two convolutions and a hidden layer";
  }

  @Override
  public List<String> names() {
    return List.of("photo-net", "photo-net-of-its-own-vertex");
  }

  @Override
  public Optional<Backbone> find(String name, int channels) {
    return names().contains(name) ? Optional.of(new PhotoNet(name, channels)) : Optional.empty();
  }

  private static final class PhotoNet extends Backbone {
    private static final int WIDTH = 8;

    PhotoNet(String name, int channels) {
      super(name, channels, 12);
    }

    @Override
    public String addTo(GraphBuilder graph, String input) {
      GraphVertex addition =
          name().equals("photo-net")
              ? new ElementWiseVertex(ElementWiseVertex.Op.Add)
              : new OwnAddition();
      graph
          .addLayer("conv1", convolution(channels()).padding(2).build(), input)
          .addLayer("bn1", EmanBatchNormalization.builder().nIn(WIDTH).nOut(WIDTH).build(), "conv1")
          .addLayer("tanh", new ActivationLayer(Activation.TANH), "bn1")
          .addLayer("pool", Pooling.average(2, 2).build(), "tanh")
          .addLayer("conv2", convolution(WIDTH).dilation(2, 2).padding(4).build(), "pool")
          .addLayer("relu", Relu.leaky(0.2), "conv2")
          .addVertex("sum", addition, "relu", "pool")
          .addVertex("scaled", new ScaleVertex(0.5), "sum")
          .addLayer("average", Pooling.globalAverage(), "scaled")
          .addLayer("dropout", new DropoutLayer(0.9), "average")
          .addLayer(
              "hidden",
              new DenseLayer.Builder().nIn(WIDTH).nOut(12).activation(Activation.ELU).build(),
              "dropout");
      return "hidden";
    }

    private static Convolution.Builder convolution(int in) {
      return Convolution.builder(5).nIn(in).nOut(WIDTH);
    }
  }

  /** A vertex that only this jar has. */
  private static final class OwnAddition extends ElementWiseVertex {
    private static final long serialVersionUID = 1L;

    OwnAddition() {
      super(Op.Add);
    }

    @Override
    public OwnAddition clone() {
      return new OwnAddition();
    }
  }
}
