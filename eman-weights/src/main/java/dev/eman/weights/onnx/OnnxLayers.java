package dev.eman.weights.onnx;

import static dev.eman.weights.onnx.OnnxNodes.integer;
import static dev.eman.weights.onnx.OnnxNodes.ints;
import static dev.eman.weights.onnx.OnnxNodes.real;
import static dev.eman.weights.onnx.OnnxNodes.text;
import static java.util.Objects.requireNonNull;

import dev.eman.core.UsageException;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.PaddingMode;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.Relu;
import dev.eman.core.nn.ResidualAdd;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.nn.kernel.ConvolutionGeometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import onnx.Onnx.AttributeProto;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network's layers as operations of ONNX, in inference mode. If it folds, a normalisation that
 * alone reads the output of a convolution without activation becomes a part of its weights and
 * bias, computed in float64: {@code W' = W gamma / sqrt(var + eps)}, {@code b' = beta + (b - mean)
 * gamma / sqrt(var + eps)}.
 */
final class OnnxLayers {
  private final ComputationGraph graph;
  private final ComputationGraphConfiguration configuration;
  private final InputType images;
  private final boolean folds;
  private final OnnxNodes nodes;

  /** The tensor that holds each vertex's result. */
  private final Map<String, String> results = new HashMap<>();

  /** How many vertices read each vertex's result; an output of the network counts as one. */
  private final Map<String, Integer> readers = new HashMap<>();

  /** Convolutions that are written with the normalisation behind them. */
  private final Map<String, Convolution> waiting = new HashMap<>();

  OnnxLayers(ComputationGraph graph, InputType images, boolean folds, OnnxNodes nodes) {
    this.graph = graph;
    this.configuration = graph.getConfiguration();
    this.images = images;
    this.folds = folds;
    this.nodes = nodes;
    configuration
        .getVertexInputs()
        .values()
        .forEach(inputs -> inputs.forEach(from -> readers.merge(from, 1, Integer::sum)));
    configuration.getNetworkOutputs().forEach(output -> readers.merge(output, 1, Integer::sum));
  }

  /**
   * Adds all operations.
   *
   * @param images the tensor of the images
   * @return the tensor of the network's only output
   * @throws UsageException for a layer or vertex that has no form in ONNX here
   */
  String addAll(String images) {
    results.put(configuration.getNetworkInputs().get(0), images);
    for (int index : graph.topologicalSortOrder()) {
      String name = graph.getVertices()[index].getVertexName();
      if (!results.containsKey(name)) {
        results.put(name, add(name));
      }
    }
    return result(configuration.getNetworkOutputs().get(0));
  }

  private String result(String vertex) {
    return requireNonNull(results.get(vertex));
  }

  private String add(String name) {
    List<String> from = requireNonNull(configuration.getVertexInputs().get(name));
    List<String> inputs = from.stream().map(this::result).toList();
    GraphVertex vertex = requireNonNull(configuration.getVertices().get(name));
    if (vertex instanceof ResidualAdd add) {
      String sum = nodes.add("Add", name, inputs);
      return add.isRelu() ? relu(name, sum, 0) : sum;
    }
    if (vertex instanceof ElementWiseVertex e && e.getOp() == ElementWiseVertex.Op.Add) {
      return nodes.add("Sum", name, inputs);
    }
    if (vertex instanceof ScaleVertex s) {
      float[] factor = {(float) s.getScaleFactor()};
      return nodes.add(
          "Mul", name, List.of(inputs.get(0), nodes.constant(name + ".factor", factor)));
    }
    if (vertex instanceof MergeVertex) {
      return nodes.add("Concat", name, inputs, integer("axis", 1));
    }
    if (vertex instanceof LayerVertex layer && layer.getPreProcessor() == null) {
      return layer(layer.getLayerConf().getLayer(), name, from.get(0));
    }
    throw unknown(name, vertex);
  }

  private String layer(Layer layer, String name, String from) {
    String input = result(from);
    if (layer instanceof Convolution c) {
      checkFormat(name, c.getDataFormat());
      if (folds && c.getActivationFn() instanceof ActivationIdentity && normalizedAlone(name)) {
        waiting.put(name, c);
        return input; // Its normalisation reads this.
      }
      String weight = nodes.constant(name + ".weight", parameter(name, "W"));
      return convolution(c, name, name, input, weight, bias(c, name));
    }
    if (layer instanceof EmanBatchNormalization n) {
      return normalization(n, name, from);
    }
    if (layer instanceof Relu r) {
      return relu(name, input, r.getSlope());
    }
    if (layer instanceof Pooling p) {
      checkFormat(name, p.getDataFormat());
      return pooling(p, name, input);
    }
    if (layer instanceof DenseLayer d && !d.hasLayerNorm()) {
      List<String> inputs = new ArrayList<>(List.of(input));
      inputs.add(nodes.constant(name + ".weight", parameter(name, "W").transpose()));
      if (d.hasBias()) {
        inputs.add(nodes.constant(name + ".bias", vector(parameter(name, "b"))));
      }
      String sum = nodes.add("Gemm", name, inputs, integer("transB", 1));
      return activation(name, sum, d.getActivationFn());
    }
    if (layer instanceof ActivationLayer a) {
      return activation(name, input, a.getActivationFn());
    }
    if (layer instanceof DropoutLayer) {
      return input;
    }
    throw unknown(name, layer);
  }

  /** Whether a normalisation, and nothing else, reads a vertex. */
  private boolean normalizedAlone(String name) {
    if (requireNonNull(readers.get(name)) != 1) {
      return false;
    }
    return configuration.getVertexInputs().entrySet().stream()
        .filter(entry -> entry.getValue().contains(name))
        .map(entry -> configuration.getVertices().get(entry.getKey()))
        .anyMatch(
            vertex ->
                vertex instanceof LayerVertex layer
                    && layer.getPreProcessor() == null
                    && layer.getLayerConf().getLayer() instanceof EmanBatchNormalization);
  }

  private String normalization(EmanBatchNormalization n, String name, String from) {
    checkFormat(name, n.getDataFormat());
    if (n.getStatistics() != TeacherStatistics.AVERAGED) {
      throw new UsageException(
          "cannot write this network as ONNX: \""
              + name
              + "\" normalises with the statistics of its batch; expected stored ones");
    }
    Convolution convolution = waiting.get(from);
    String normalized =
        convolution == null
            ? nodes.add(
                "BatchNormalization",
                name,
                List.of(
                    result(from),
                    nodes.constant(name + ".weight", parameter(name, "gamma")),
                    nodes.constant(name + ".bias", parameter(name, "beta")),
                    nodes.constant(name + ".running_mean", parameter(name, "mean")),
                    nodes.constant(name + ".running_var", parameter(name, "var"))),
                real("epsilon", n.getEps()))
            : folded(convolution, n, from, name);
    return n.isRelu() ? relu(name, normalized, n.getSlope()) : normalized;
  }

  private String folded(
      Convolution convolution, EmanBatchNormalization n, String from, String name) {
    double[] gamma = vector(parameter(name, "gamma"));
    double[] bias = vector(parameter(name, "beta"));
    double[] mean = vector(parameter(name, "mean"));
    double[] variance = vector(parameter(name, "var"));
    double[] before = bias(convolution, from);
    INDArray array = parameter(from, "W");
    float[] weights = array.dup('c').data().asFloat();
    int each = weights.length / gamma.length;
    for (int k = 0; k < gamma.length; k++) {
      double scale = gamma[k] / Math.sqrt(variance[k] + n.getEps());
      for (int i = k * each; i < (k + 1) * each; i++) {
        weights[i] = (float) (weights[i] * scale);
      }
      bias[k] += ((before == null ? 0 : before[k]) - mean[k]) * scale;
    }
    String weight = nodes.constant(from + ".weight", weights, array.shape());
    return convolution(convolution, name, from, result(from), weight, bias);
  }

  private double @Nullable [] bias(Convolution c, String name) {
    return c.hasBias() ? vector(parameter(name, "b")) : null;
  }

  private String convolution(
      Convolution c,
      String output,
      String name,
      String input,
      String weight,
      double @Nullable [] bias) {
    List<String> inputs = new ArrayList<>(List.of(input, weight));
    if (bias != null) {
      inputs.add(nodes.constant(name + ".bias", bias));
    }
    String sum =
        nodes.add(
            "Conv",
            output,
            inputs,
            ints("kernel_shape", c.getKernel()),
            ints("strides", c.getStride()),
            ints("dilations", c.getDilation()),
            padding(c, name));
    return activation(output, sum, c.getActivationFn());
  }

  /** ONNX Runtime refuses a computed padding of dilated convolutions. */
  private AttributeProto padding(Convolution c, String name) {
    boolean computed = c.getPaddingMode() == PaddingMode.SAME;
    if (!computed || Arrays.stream(c.getDilation()).allMatch(step -> step == 1)) {
      return padding(c.getPaddingMode(), c.getPadding());
    }
    InputType.InputTypeConvolutional input = input(name);
    ConvolutionGeometry g = c.geometry(1, input.getHeight(), input.getWidth());
    return ints("pads", new int[] {g.padTop(), g.padLeft(), g.padBottom(), g.padRight()});
  }

  /** The size of what a convolution reads. */
  private InputType.InputTypeConvolutional input(String name) {
    Map<String, InputType> types = configuration.clone().getLayerActivationTypes(false, images);
    String from = requireNonNull(configuration.getVertexInputs().get(name)).get(0);
    InputType read = configuration.getNetworkInputs().contains(from) ? images : types.get(from);
    return (InputType.InputTypeConvolutional) requireNonNull(read);
  }

  /** Ours is top, left, bottom, right, which is ONNX's order, too. */
  private static AttributeProto padding(PaddingMode mode, int[] padding) {
    return mode == PaddingMode.SAME ? text("auto_pad", "SAME_UPPER") : ints("pads", padding);
  }

  private String pooling(Pooling p, String name, String input) {
    AttributeProto kernel = ints("kernel_shape", p.getKernel());
    AttributeProto strides = ints("strides", p.getStride());
    AttributeProto padding = padding(p.getPaddingMode(), p.getPadding());
    return switch (p.getKind()) {
      case MAX -> nodes.add("MaxPool", name, List.of(input), kernel, strides, padding);
      case AVERAGE ->
          nodes.add(
              "AveragePool",
              name,
              List.of(input),
              kernel,
              strides,
              padding,
              integer("count_include_pad", p.isIncludePadding() ? 1 : 0));
      case GLOBAL_AVERAGE -> {
        String pooled = nodes.add("GlobalAveragePool", name + ".pooled", List.of(input));
        yield nodes.add("Flatten", name, List.of(pooled));
      }
    };
  }

  private String activation(String name, String input, IActivation function) {
    if (function instanceof ActivationIdentity) {
      return input;
    }
    if (function.equals(new ActivationReLU())) {
      return relu(name, input, 0);
    }
    if (function instanceof ActivationLReLU leaky) {
      return relu(name, input, leaky.getAlpha());
    }
    if (function instanceof ActivationSigmoid) {
      return nodes.add("Sigmoid", name + ".sigmoid", List.of(input));
    }
    if (function instanceof ActivationTanH) {
      return nodes.add("Tanh", name + ".tanh", List.of(input));
    }
    throw unknown(name, function);
  }

  private String relu(String name, String input, double slope) {
    return slope == 0
        ? nodes.add("Relu", name + ".relu", List.of(input))
        : nodes.add("LeakyRelu", name + ".relu", List.of(input), real("alpha", slope));
  }

  private INDArray parameter(String layer, String key) {
    return graph.getParam(layer + "_" + key);
  }

  private static double[] vector(INDArray values) {
    return values.dup('c').data().asDouble();
  }

  private static void checkFormat(String name, CNN2DFormat format) {
    if (format != CNN2DFormat.NCHW) {
      throw new UsageException(
          "cannot write this network as ONNX: \""
              + name
              + "\" reads "
              + format
              + "; expected the layout NCHW");
    }
  }

  private static UsageException unknown(String name, Object part) {
    return new UsageException(
        String.format(
            Locale.ROOT,
            "cannot write this network as ONNX: \"%s\" is a %s; expected this library's layers, or"
                + " of DL4J's own dense layers, activations (ReLU, leaky ReLU, sigmoid, tanh),"
                + " dropout, sums, scales and merges; export its weights instead (--format"
                + " safetensors)",
            name,
            part.getClass().getSimpleName()));
  }
}
