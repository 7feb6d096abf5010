package dev.eman.benchmarks.train;

import dev.eman.core.model.ParameterTable;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.train.Checkpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/**
 * Where a backbone starts.
 *
 * @param path a run folder or a checkpoint
 * @param network which of its networks; null for the student
 */
record InitialWeights(Path path, SavedModel.@Nullable Network network) {
  /**
   * Sets the backbone's part of a network, parameters and statistics; its head stays as it is.
   *
   * @param graph mutated
   * @throws dev.eman.core.EmanException if it is missing, damaged, or of another backbone; nothing
   *     is changed then
   */
  void load(ComputationGraph graph, Backbone backbone) {
    ComputationGraph part = GraphParts.upTo(graph, backbone.featureVertex());
    Path file = Files.isDirectory(path) ? path.resolve("last.ckpt") : path;
    Checkpoint.read(file).loadPart(network == SavedModel.Network.TEACHER, ParameterTable.of(part));
    part.paramTable().forEach((name, values) -> graph.getParam(name).assign(values));
  }
}
