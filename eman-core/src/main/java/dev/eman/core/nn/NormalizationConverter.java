package dev.eman.core.nn;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Turns DL4J's stock layers into this library's, with their weights: {@code BatchNormalization}
 * (whatever form its statistics are in), {@code ConvolutionLayer}, {@code SubsamplingLayer}, ReLU
 * {@code ActivationLayer}s, also where they are frozen, and {@code ElementWiseVertex(Add)}.
 * Everything else stays. Names, parameter order, optimiser settings and state are kept, so training
 * resumes where it was; outputs agree within 1e-4. The network given is not changed.
 */
public final class NormalizationConverter {
  private NormalizationConverter() {}

  /**
   * The same network on this library's layers.
   *
   * @param graph an initialised network; read
   */
  public static ComputationGraph convert(ComputationGraph graph) {
    return convert(graph, false);
  }

  /**
   * As {@link #convert(ComputationGraph)}, and loss layers become linear ones: the network gives
   * logits, as {@code Student} requires. A {@code CenterLossOutputLayer} loses its centres.
   *
   * @throws IllegalArgumentException if an output is another loss layer than DL4J's {@code
   *     OutputLayer}, {@code CenterLossOutputLayer} or {@code LossLayer}
   */
  public static ComputationGraph convertToLogits(ComputationGraph graph) {
    LayerConversion.checkOutputs(graph);
    return convert(graph, true);
  }

  private static ComputationGraph convert(ComputationGraph graph, boolean toLogits) {
    ComputationGraphConfiguration conf = graph.getConfiguration().clone();
    LayerConversion conversion = new LayerConversion(LayerConversion.formatOf(graph), toLogits);
    Map<String, GraphVertex> vertices = new LinkedHashMap<>(conf.getVertices());
    vertices.replaceAll(
        (name, vertex) -> {
          if (vertex instanceof LayerVertex lv) {
            convert(lv.getLayerConf(), conversion);
          } else if (vertex instanceof ElementWiseVertex e
              && e.getOp() == ElementWiseVertex.Op.Add
              && hasTwoAlikeInputs(conf, name)) {
            return new ResidualAdd(false, conversion.format());
          }
          return vertex;
        });
    conf.setVertices(vertices);
    ComputationGraph converted = new ComputationGraph(conf);
    converted.init();
    for (org.deeplearning4j.nn.graph.vertex.GraphVertex vertex : converted.getVertices()) {
      if (vertex.hasLayer()) {
        copyParameters(graph.getVertex(vertex.getVertexName()).getLayer(), vertex.getLayer());
      }
    }
    copyUpdater(graph.getUpdater(false), converted.getUpdater(), toLogits);
    // Schedules and Adam's bias correction count on from here.
    conf.setIterationCount(graph.getConfiguration().getIterationCount());
    conf.setEpochCount(graph.getConfiguration().getEpochCount());
    return converted;
  }

  /** The same for a network of layers in sequence. */
  public static MultiLayerNetwork convert(MultiLayerNetwork network) {
    MultiLayerConfiguration conf = network.getLayerWiseConfigurations().clone();
    LayerConversion conversion = new LayerConversion(LayerConversion.formatOf(network), false);
    for (NeuralNetConfiguration layer : conf.getConfs()) {
      convert(layer, conversion);
    }
    MultiLayerNetwork converted = new MultiLayerNetwork(conf);
    converted.init();
    for (int i = 0; i < converted.getnLayers(); i++) {
      copyParameters(network.getLayer(i), converted.getLayer(i));
    }
    copyUpdater(network.getUpdater(false), converted.getUpdater(), false);
    conf.setIterationCount(network.getLayerWiseConfigurations().getIterationCount());
    conf.setEpochCount(network.getLayerWiseConfigurations().getEpochCount());
    return converted;
  }

  private static void convert(NeuralNetConfiguration conf, LayerConversion conversion) {
    conversion
        .convert(conf.getLayer())
        .ifPresent(
            converted -> {
              conf.setLayer(converted);
              conf.clearVariables();
            });
  }

  /**
   * DL4J's addition broadcasts, ours does not; two branches that end in layers of the same width
   * are of one shape in every network that is not built to confuse.
   */
  private static boolean hasTwoAlikeInputs(ComputationGraphConfiguration conf, String name) {
    List<String> inputs = conf.getVertexInputs().get(name);
    if (inputs == null || inputs.size() != 2) {
      return false;
    }
    long first = width(conf, inputs.get(0));
    return first > 1 && first == width(conf, inputs.get(1));
  }

  /** The channels that a vertex gives, or -1 when that cannot be read off the configuration. */
  private static long width(ComputationGraphConfiguration conf, String name) {
    GraphVertex vertex = conf.getVertices().get(name);
    if (vertex instanceof LayerVertex lv
        && lv.getLayerConf().getLayer()
            instanceof org.deeplearning4j.nn.conf.layers.FeedForwardLayer ff) {
      return ff.getNOut();
    }
    List<String> inputs = conf.getVertexInputs().get(name);
    return inputs == null || inputs.isEmpty() ? -1 : width(conf, inputs.get(0));
  }

  private static void copyParameters(
      org.deeplearning4j.nn.api.Layer from, org.deeplearning4j.nn.api.Layer to) {
    Map<String, INDArray> source = from.paramTable();
    for (Map.Entry<String, INDArray> target : to.paramTable().entrySet()) {
      String key = target.getKey();
      INDArray value = source.get(key);
      if (value != null) {
        target.getValue().assign(value.reshape(target.getValue().shape()));
      } else if (key.equals("var")) {
        INDArray log = source.get("log10stdev");
        checkArgument(
            log != null,
            "layer \"%s\": expected var or log10stdev, got %s",
            from.conf().getLayer().getLayerName(),
            source.keySet());
        INDArray ten = Nd4j.valueArrayOf(log.shape(), 10.0, log.dataType());
        INDArray variance = Transforms.pow(ten, log.mul(2)); // (10^s)^2
        target.getValue().assign(variance.reshape(target.getValue().shape()));
      } // else gamma and beta that were constants: set by the initialiser
    }
  }

  private static void copyUpdater(@Nullable Updater from, Updater to, boolean lossLayersChanged) {
    if (from == null || from.getStateViewArray() == null) {
      return;
    }
    INDArray state = from.getStateViewArray();
    INDArray target = to.getStateViewArray();
    boolean fits = target != null && target.length() == state.length();
    checkArgument(
        fits || lossLayersChanged,
        "optimiser state: expected %s values, got %s; the converted network would train on"
            + " differently",
        target == null ? 0 : target.length(),
        state.length());
    if (fits) {
      to.setStateViewArray(null, state.dup(), false);
    }
  }
}
