package dev.eman.core.nn.exec;

import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.Relu;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.nn.exec.FoldedNetwork.Kind;
import dev.eman.core.nn.exec.FoldedNetwork.Node;
import dev.eman.core.nn.layer.ConvolutionLayerImpl;
import dev.eman.core.nn.layer.NormalizationLayerImpl;
import dev.eman.core.nn.layer.ResidualAddVertexImpl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/** Fuses chains of vertices into nodes. */
final class FoldingPlanner {
  private final ComputationGraph graph;
  private final GraphVertex[] vertices;
  private final Map<Integer, Integer> nodeOf = new HashMap<>();
  private final Set<Integer> outputVertices = new HashSet<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Set<Integer> done = new HashSet<>();

  FoldingPlanner(ComputationGraph graph) {
    this.graph = graph;
    this.vertices = graph.getVertices();
    for (String name : graph.getConfiguration().getNetworkOutputs()) {
      outputVertices.add(graph.getVertex(name).getVertexIndex());
    }
  }

  @Nullable FoldedNetwork plan() {
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = vertices[index];
      if (vertex.isInputVertex()) {
        nodeOf.put(index, FoldedNetwork.NETWORK_INPUT);
      } else if (!done.contains(index) && !add(index)) {
        return null;
      }
    }
    if (nodes.stream().noneMatch(FoldingPlanner::readsImages)) {
      return null; // Its input may be vectors, which a program does not take.
    }
    List<Integer> outputs = new ArrayList<>();
    for (String name : graph.getConfiguration().getNetworkOutputs()) {
      Integer node = nodeOf.get(graph.getVertex(name).getVertexIndex());
      if (node == null) {
        return null;
      }
      outputs.add(node);
    }
    return new FoldedNetwork(nodes, outputs);
  }

  private static boolean readsImages(Node node) {
    return node.kind() == Kind.CONVOLUTION || node.kind() == Kind.POOLING;
  }

  private boolean add(int index) {
    GraphVertex vertex = vertices[index];
    List<Integer> inputs = new ArrayList<>();
    for (VertexIndices source : vertex.getInputVertices()) {
      Integer node = nodeOf.get(source.getVertexIndex());
      if (node == null) {
        return false;
      }
      inputs.add(node);
    }
    if (vertex instanceof ResidualAddVertexImpl add) {
      if (add.format() != CNN2DFormat.NCHW) {
        return false;
      }
      put(
          index,
          new Node(
              vertex.getVertexName(),
              Kind.ADD,
              inputs,
              FoldedNetwork.NONE,
              add.isRelu() ? 0 : Double.NaN,
              null,
              null));
      return true;
    }
    if (!(vertex instanceof LayerVertex lv) || lv.getLayerPreProcessor() != null) {
      return false;
    }
    Layer layer = lv.getLayer();
    org.deeplearning4j.nn.conf.layers.Layer conf = layer.conf().getLayer();
    if (conf instanceof Convolution c && layer instanceof ConvolutionLayerImpl) {
      return c.getDataFormat() == CNN2DFormat.NCHW && convolution(index, layer, c, inputs);
    }
    String name = vertex.getVertexName();
    if (conf instanceof EmanBatchNormalization b && layer instanceof NormalizationLayerImpl) {
      if (!isStored(b)) {
        return false;
      }
      put(
          index,
          new Node(name, Kind.NORMALIZATION, inputs, FoldedNetwork.NONE, slope(b), layer, null));
      return true;
    }
    if (conf instanceof Relu r && r.getDataFormat() == CNN2DFormat.NCHW) {
      put(index, new Node(name, Kind.RELU, inputs, FoldedNetwork.NONE, r.getSlope(), layer, null));
      return true;
    }
    if (conf instanceof Pooling p && p.getDataFormat() == CNN2DFormat.NCHW) {
      put(index, new Node(name, Kind.POOLING, inputs, FoldedNetwork.NONE, Double.NaN, layer, null));
      return true;
    }
    if (conf.getClass() == DenseLayer.class
        && ((DenseLayer) conf).getActivationFn() instanceof ActivationIdentity
        && !((DenseLayer) conf).hasLayerNorm()) {
      put(index, new Node(name, Kind.LINEAR, inputs, FoldedNetwork.NONE, Double.NaN, layer, null));
      return true;
    }
    return false;
  }

  private static boolean isStored(EmanBatchNormalization b) {
    return b.getStatistics() != TeacherStatistics.BATCH && b.getDataFormat() == CNN2DFormat.NCHW;
  }

  private static double slope(EmanBatchNormalization b) {
    return b.isRelu() ? b.getSlope() : Double.NaN;
  }

  private void put(int vertex, Node node) {
    nodeOf.put(vertex, nodes.size());
    nodes.add(node);
    done.add(vertex);
  }

  private @Nullable GraphVertex onlyConsumer(int vertex) {
    VertexIndices[] consumers = vertices[vertex].getOutputVertices();
    return consumers != null && consumers.length == 1 && !outputVertices.contains(vertex)
        ? vertices[consumers[0].getVertexIndex()]
        : null;
  }

  private boolean convolution(int index, Layer layer, Convolution c, List<Integer> inputs) {
    boolean relu = ConvolutionLayerImpl.isPlainRelu(c.getActivationFn());
    if (!relu && !(c.getActivationFn() instanceof ActivationIdentity)) {
      return false;
    }
    int tail = index;
    Layer normalization = null;
    double slope = relu ? 0 : Double.NaN;
    GraphVertex next = onlyConsumer(tail);
    if (!relu
        && next instanceof LayerVertex lv
        && lv.getLayerPreProcessor() == null
        && lv.getLayer() instanceof NormalizationLayerImpl norm
        && isStored(norm.layerConf())) {
      normalization = norm;
      tail = next.getVertexIndex();
      slope = slope(norm.layerConf());
      next = onlyConsumer(tail);
    }
    int addend = FoldedNetwork.NONE;
    if (Double.isNaN(slope) && next instanceof ResidualAddVertexImpl add && isLast(add, tail)) {
      Integer other = nodeOf.get(otherInput(add, tail));
      if (other != null && other >= 0 && add.format() == CNN2DFormat.NCHW) {
        addend = other;
        tail = next.getVertexIndex();
        slope = add.isRelu() ? 0 : Double.NaN;
      }
    }
    Node node =
        new Node(
            vertices[tail].getVertexName(),
            Kind.CONVOLUTION,
            inputs,
            addend,
            slope,
            layer,
            normalization);
    put(index, node);
    for (int fused = index; fused != tail; ) {
      fused = vertices[fused].getOutputVertices()[0].getVertexIndex();
      nodeOf.put(fused, nodes.size() - 1);
      done.add(fused);
    }
    return true;
  }

  /** Whether everything but this branch that feeds the addition has been computed by then. */
  private boolean isLast(ResidualAddVertexImpl add, int branch) {
    Integer other = nodeOf.get(otherInput(add, branch));
    return other != null && otherInput(add, branch) != branch;
  }

  private static int otherInput(ResidualAddVertexImpl add, int branch) {
    VertexIndices[] in = add.getInputVertices();
    return in[0].getVertexIndex() == branch ? in[1].getVertexIndex() : in[0].getVertexIndex();
  }
}
