package dev.eman.core.model;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Longs;
import dev.eman.core.nn.EmanBatchNormalization;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The tensors in a network's flat parameter vector, by name: learned parameters and normalisation
 * statistics, each with its shape and offset. Names are DL4J's, {@code vertex_key}, such as {@code
 * layer1.0.bn1_gamma}.
 */
public final class ParameterTable {
  private final INDArray vector;
  private final ImmutableMap<String, Entry> entries;

  /**
   * One tensor.
   *
   * @param vertex of the network
   * @param key of the parameter in it, such as {@code W}; may have underscores, as the vertex may
   * @param offset of its first element in the flat vector
   * @param shape its dimensions
   * @param statistic whether it is a running mean or variance, which no gradient moves
   */
  public record Entry(
      String vertex, String key, long offset, ImmutableList<Long> shape, boolean statistic) {
    /** DL4J's, {@code vertex_key}. */
    public String name() {
      return vertex + "_" + key;
    }

    /** The number of elements. */
    public long length() {
      return shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    }
  }

  private ParameterTable(INDArray vector, ImmutableMap<String, Entry> entries) {
    this.vector = vector;
    this.entries = entries;
  }

  /**
   * The table of an initialised network.
   *
   * @throws IllegalArgumentException when the network holds DL4J's own batch normalisation, whose
   *     statistics cannot be averaged
   */
  public static ParameterTable of(ComputationGraph graph) {
    INDArray flat = graph.params();
    INDArray vector = flat.reshape(flat.length());
    ImmutableList.Builder<Entry> found = ImmutableList.builder();
    for (GraphVertex vertex : graph.getVertices()) {
      org.deeplearning4j.nn.conf.layers.@Nullable Layer conf =
          vertex.hasLayer() ? vertex.getLayer().conf().getLayer() : null;
      checkArgument(
          !(conf instanceof BatchNormalization),
          "layer \"%s\" is DL4J's BatchNormalization, whose statistics cannot be averaged:"
              + " convert the network first (NormalizationConverter.convert)",
          vertex.getVertexName());
      boolean normalizes = conf instanceof EmanBatchNormalization;
      for (Map.Entry<String, INDArray> p : vertex.paramTable(false).entrySet()) {
        INDArray view = p.getValue();
        boolean statistic = normalizes && (p.getKey().equals("mean") || p.getKey().equals("var"));
        found.add(
            new Entry(
                vertex.getVertexName(),
                p.getKey(),
                view.offset() - flat.offset(),
                ImmutableList.copyOf(Longs.asList(view.shape())),
                statistic));
      }
    }
    ImmutableMap.Builder<String, Entry> ordered = ImmutableMap.builder();
    found.build().stream()
        .sorted(Comparator.comparingLong(Entry::offset))
        .forEach(e -> ordered.put(e.name(), e));
    return new ParameterTable(vector, ordered.buildOrThrow());
  }

  /** All entries in the order of the vector. */
  public ImmutableList<Entry> entries() {
    return entries.values().asList();
  }

  /** The entry of a name, or null. */
  public @Nullable Entry find(String name) {
    return entries.get(name);
  }

  /** The names in the order of the vector. */
  public List<String> names() {
    return entries.keySet().asList();
  }

  /** The flat vector {@code [n]}: a view; writing to it changes the network. */
  public INDArray vector() {
    return vector;
  }

  /**
   * One tensor in its own shape.
   *
   * @return a copy in c order
   * @throws IllegalArgumentException for an unknown name
   */
  public INDArray get(ComputationGraph graph, String name) {
    Entry entry = find(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          "parameter: expected one of " + names() + ", got \"" + name + "\"");
    }
    return view(graph, entry).dup('c');
  }

  /**
   * One tensor in its own shape. The network's own {@code getParam} fails where the key has an
   * underscore, or the vertex is no layer.
   *
   * @return a view; writing to it changes the network
   */
  public static INDArray view(ComputationGraph graph, Entry entry) {
    return Objects.requireNonNull(
        graph.getVertex(entry.vertex()).paramTable(false).get(entry.key()), entry.name());
  }

  /** The number of learned parameters, statistics not counted: the published figure. */
  public long learnedCount() {
    return entries.values().stream().filter(e -> !e.statistic()).mapToLong(Entry::length).sum();
  }

  /** The type of all tensors. */
  public DataType dataType() {
    return vector.dataType();
  }
}
