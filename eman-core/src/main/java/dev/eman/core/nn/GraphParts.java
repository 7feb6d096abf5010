package dev.eman.core.nn;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Parts of networks: the network up to one vertex, and the width of an output. */
public final class GraphParts {
  private GraphParts() {}

  /**
   * Copies the part of a network that one vertex depends on.
   *
   * @param graph an initialised network; read
   * @param vertex whose output becomes the new network's only output
   * @return a network with the same vertex names, those of the inputs that the vertex depends on,
   *     in their order, and its own copy of parameters and statistics
   * @throws IllegalArgumentException if there is no such vertex
   */
  public static ComputationGraph upTo(ComputationGraph graph, String vertex) {
    ComputationGraphConfiguration all = graph.getConfiguration();
    checkArgument(
        all.getVertices().containsKey(vertex),
        "vertex: expected one of %s, got \"%s\"",
        all.getVertices().keySet(),
        vertex);
    ComputationGraphConfiguration part = all.clone();
    Set<String> needed = ancestors(all.getVertexInputs(), vertex);
    part.getVertices().keySet().retainAll(needed);
    part.getVertexInputs().keySet().retainAll(needed);
    part.setNetworkInputs(
        new ArrayList<>(all.getNetworkInputs().stream().filter(needed::contains).toList()));
    part.setNetworkOutputs(new ArrayList<>(List.of(vertex)));
    part.setTopologicalOrder(null);
    part.setTopologicalOrderStr(null);
    ComputationGraph network = new ComputationGraph(part);
    network.init();
    copyShared(graph, network);
    return network;
  }

  /**
   * Copies parameters and statistics that two networks have under the same name, as a network and a
   * part of it do.
   *
   * @param from read
   * @param to mutated
   */
  public static void copyShared(ComputationGraph from, ComputationGraph to) {
    Map<String, INDArray> target = to.paramTable();
    from.paramTable()
        .forEach(
            (name, values) -> {
              INDArray same = target.get(name);
              if (same != null) {
                same.assign(values);
              }
            });
  }

  /**
   * The width D of a network's first output {@code [N, D]}.
   *
   * @throws IllegalArgumentException if the output is not a layer with a width
   */
  public static int outputWidth(ComputationGraph graph) {
    return outputWidth(graph, 0);
  }

  /**
   * The width D of one of a network's outputs {@code [N, D]}.
   *
   * @param index of the output, from 0
   * @throws IllegalArgumentException if there is no such output, or it is not a layer with a width
   */
  public static int outputWidth(ComputationGraph graph, int index) {
    List<String> outputs = graph.getConfiguration().getNetworkOutputs();
    checkArgument(
        index < outputs.size(), "network: expected %s outputs, got %s", index + 1, outputs);
    String output = outputs.get(index);
    checkArgument(
        hasWidth(graph, output),
        "output \"%s\": expected a layer with a width, such as a linear one",
        output);
    return width(graph, output);
  }

  /** The widths of all outputs of a network; empty if one of them is not a layer with a width. */
  public static List<Integer> outputWidths(ComputationGraph graph) {
    List<String> outputs = graph.getConfiguration().getNetworkOutputs();
    return outputs.stream().allMatch(output -> hasWidth(graph, output))
        ? outputs.stream().map(output -> width(graph, output)).toList()
        : List.of();
  }

  private static boolean hasWidth(ComputationGraph graph, String output) {
    return graph.getVertex(output).hasLayer()
        && graph.getLayer(output).conf().getLayer() instanceof FeedForwardLayer layer
        && layer.getNOut() > 0; // A dropout layer does not know its own.
  }

  private static int width(ComputationGraph graph, String output) {
    return (int) ((FeedForwardLayer) graph.getLayer(output).conf().getLayer()).getNOut();
  }

  private static Set<String> ancestors(Map<String, List<String>> inputs, String vertex) {
    Set<String> found = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(vertex));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (found.add(next)) {
        open.addAll(inputs.getOrDefault(next, List.of()));
      }
    }
    return found;
  }
}
