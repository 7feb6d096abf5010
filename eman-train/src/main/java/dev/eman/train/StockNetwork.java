package dev.eman.train;

import com.google.common.base.Verify;
import dev.eman.core.UsageException;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.PaddingMode;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.Relu;
import dev.eman.core.nn.ResidualAdd;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A backbone with a classifier, built of DL4J's own layers only. */
public final class StockNetwork {
  private StockNetwork() {}

  /** The same architecture of stock layers, with softmax loss and momentum, and random weights. */
  public static ComputationGraph of(ComputationGraph ours, int size) {
    return of(ours, size, 3);
  }

  /**
   * The same trained network for plain DL4J: images {@code [N, C, H, W]} to probabilities.
   *
   * @param ours the network; its parameters are copied
   * @param size height and width of the images
   * @throws UsageException for a layer or vertex that is neither this library's nor DL4J's own
   */
  public static ComputationGraph trained(ComputationGraph ours, int size, int channels) {
    ComputationGraph stock = of(ours, size, channels);
    for (Map.Entry<String, INDArray> parameter : ours.paramTable().entrySet()) {
      INDArray target = Verify.verifyNotNull(stock.getParam(parameter.getKey()));
      target.assign(parameter.getValue().reshape(target.shape()));
    }
    return stock;
  }

  private static ComputationGraph of(ComputationGraph ours, int size, int channels) {
    ComputationGraphConfiguration conf = ours.getConfiguration();
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(new Nesterovs(0.03, 0.9))
            .l2(1e-4)
            .graphBuilder()
            .addInputs("input");
    Map<String, String> renamed = new HashMap<>(Map.of("input", "input"));
    String last = "input";
    for (String name : conf.getTopologicalOrderStr()) {
      GraphVertex vertex = conf.getVertices().get(name);
      if (vertex == null) {
        continue; // the input
      }
      String[] from =
          Verify.verifyNotNull(conf.getVertexInputs().get(name)).stream()
              .map(renamed::get)
              .toArray(String[]::new);
      renamed.put(name, name);
      if (vertex instanceof ResidualAdd add) {
        graph.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), from);
        if (add.isRelu()) {
          activate(graph, renamed, name, 0);
        }
      } else if (vertex instanceof LayerVertex lv) {
        Layer layer = lv.getLayerConf().getLayer();
        boolean output = conf.getNetworkOutputs().contains(name);
        graph.addLayer(name, output ? output(name, layer) : stock(name, layer), from);
        if (layer instanceof EmanBatchNormalization b && b.isRelu()) {
          activate(graph, renamed, name, b.getSlope());
        }
      } else if (isStock(vertex)) {
        graph.addVertex(name, vertex.clone(), from);
      } else {
        throw noStockForm(name, vertex);
      }
      last = name;
    }
    graph.setOutputs(last).setInputTypes(InputType.convolutional(size, size, channels));
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }

  private static void activate(
      GraphBuilder graph, Map<String, String> renamed, String name, double slope) {
    String activation = name + ".relu";
    graph.addLayer(
        activation,
        new ActivationLayer(slope == 0 ? new ActivationReLU() : new ActivationLReLU(slope)),
        name);
    renamed.put(name, activation);
  }

  private static Layer output(String name, Layer layer) {
    if (layer instanceof DenseLayer d && d.getActivationFn() instanceof ActivationIdentity) {
      return new OutputLayer.Builder(LossFunction.MCXENT)
          .nOut(d.getNOut())
          .activation(Activation.SOFTMAX)
          .build();
    }
    throw noStockForm(name, layer);
  }

  private static Layer stock(String name, Layer layer) {
    if (layer instanceof Convolution c) {
      return convolution(name, c);
    }
    if (layer instanceof EmanBatchNormalization b) {
      return new BatchNormalization.Builder()
          .decay(b.getDecay())
          .eps(b.getEps())
          .useLogStd(false)
          .build();
    }
    if (layer instanceof Relu r) {
      return new ActivationLayer(new ActivationLReLU(r.getSlope()));
    }
    if (layer instanceof Pooling p) {
      return p.getKind() == Pooling.Kind.GLOBAL_AVERAGE
          ? new GlobalPoolingLayer(PoolingType.AVG)
          : pooling(name, p);
    }
    if (isStock(layer)) {
      return layer.clone();
    }
    throw noStockForm(name, layer);
  }

  private static Layer convolution(String name, Convolution c) {
    ConvolutionLayer.Builder stock = new ConvolutionLayer.Builder(c.getKernel(), c.getStride());
    if (c.getPaddingMode() == PaddingMode.SAME) {
      stock.convolutionMode(ConvolutionMode.Same);
    } else {
      stock.padding(bothSides(name, c, c.getPadding()));
    }
    return stock
        .dilation(c.getDilation())
        .nOut(c.getNOut())
        .hasBias(c.hasBias())
        .activation(c.getActivationFn())
        .build();
  }

  private static Layer pooling(String name, Pooling p) {
    SubsamplingLayer.Builder stock =
        new SubsamplingLayer.Builder(
            p.getKind() == Pooling.Kind.MAX
                ? SubsamplingLayer.PoolingType.MAX
                : SubsamplingLayer.PoolingType.AVG,
            p.getKernel(),
            p.getStride());
    if (p.getPaddingMode() == PaddingMode.SAME) {
      stock.convolutionMode(ConvolutionMode.Same);
    } else {
      stock.padding(bothSides(name, p, p.getPadding()));
    }
    return stock.avgPoolIncludePadInDivisor(p.isIncludePadding()).build();
  }

  /** DL4J pads top and bottom equally, and left and right. */
  private static int[] bothSides(String name, Layer layer, int[] padding) {
    if (padding[0] != padding[2] || padding[1] != padding[3]) {
      throw noStockForm(name, layer);
    }
    return new int[] {padding[0], padding[1]};
  }

  private static boolean isStock(Object part) {
    return part.getClass().getName().startsWith("org.deeplearning4j.");
  }

  private static UsageException noStockForm(String name, Object part) {
    return new UsageException(
        String.format(
            Locale.ROOT,
            "cannot write this network for plain DL4J: \"%s\" has no equivalent in DL4J's own"
                + " layers: %s;"
                + " export its weights instead (--format safetensors)",
            name,
            part));
  }
}
