package dev.eman.core.nn.exec;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import dev.eman.core.nn.NormalizationGroups;
import dev.eman.core.nn.kernel.ChannelsLast;
import dev.eman.core.nn.kernel.Kernels;
import dev.eman.core.nn.layer.InputGradientOptional;
import dev.eman.core.nn.layer.NormalizationLayerImpl;
import dev.eman.core.nn.layer.PoolAware;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.graph.vertex.impl.InputVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs a DL4J graph vertex by vertex on pooled memory. It calls the same {@code doForward} and
 * {@code doBackward} as DL4J's own loop, so any vertex works in it; what differs is memory: a block
 * goes back to the pool after its last reader, gradients are written over their predecessors, and
 * nothing is left to the garbage collector.
 *
 * <p>One executor serves one thread at a time.
 */
public final class GraphExecutor {
  private final ComputationGraph graph;
  private final GraphVertex[] vertices;
  private final int[] order;
  private final int[] outputs;
  private final PooledWorkspaceMgr pool = new PooledWorkspaceMgr();
  private final Kernels kernels;
  private final KeptActivations kept;
  private final @Nullable INDArray[] gradients;

  /** Of the outputs, in the last training forward pass. */
  private final long[][] outputShapes;

  private final DataType[] outputTypes;

  private boolean readyForBackward;

  /**
   * An executor of a network.
   *
   * @param graph initialised, of float32 or float64
   * @throws IllegalArgumentException for other types
   */
  public GraphExecutor(ComputationGraph graph) {
    this(graph, true);
  }

  /**
   * @param computeAgain whether the backward pass computes activations again where it is cheap,
   *     instead of having them kept; results are the same to the bit
   */
  GraphExecutor(ComputationGraph graph, boolean computeAgain) {
    DataType type = graph.getConfiguration().getDataType();
    checkArgument( // The pool does not count who still reads an array of another type.
        type == DataType.FLOAT || type == DataType.DOUBLE,
        "network: expected one of FLOAT or DOUBLE, got one of %s; build it with"
            + " dataType(DataType.FLOAT)",
        type);
    this.graph = graph;
    this.vertices = graph.getVertices();
    this.order = graph.topologicalSortOrder();
    this.kernels = Kernels.of(type);
    List<String> names = graph.getConfiguration().getNetworkOutputs();
    this.outputs = names.stream().mapToInt(n -> graph.getVertex(n).getVertexIndex()).toArray();
    this.gradients = new INDArray[vertices.length];
    this.outputShapes = new long[outputs.length][];
    this.outputTypes = new DataType[outputs.length];
    SumBranches.connect(vertices, outputs);
    this.kept = new KeptActivations(vertices, outputs, pool, computeAgain);
    for (GraphVertex v : vertices) {
      if (v.hasLayer()) {
        prepare(v);
      }
    }
  }

  private void prepare(GraphVertex vertex) {
    // DL4J lets the last reader of an array drop elements of it in place, though it may be an
    // output of the network, or what the backward pass of an earlier reader needs.
    vertex.getLayer().allowInputModification(false);
    if (vertex.getLayer() instanceof InputGradientOptional first
        && Arrays.stream(vertex.getInputVertices())
            .allMatch(i -> vertices[i.getVertexIndex()] instanceof InputVertex)) {
      first.setInputGradientNeeded(false);
    }
  }

  /** In how many groups the training passes from here on normalise their batch. */
  public void normalizeIn(NormalizationGroups groups) {
    for (GraphVertex vertex : vertices) {
      if (vertex.hasLayer() && vertex.getLayer() instanceof NormalizationLayerImpl layer) {
        layer.setGroups(groups);
      }
    }
  }

  /** The memory that the pool holds, in bytes. */
  public long pooledBytes() {
    return pool.pooledBytes();
  }

  /**
   * A forward pass.
   *
   * @param training whether layers work in training mode and keep what a backward pass needs
   * @param inputs one array per network input, in the network's order; only read
   * @return one array per network output, valid until the next call of this executor
   */
  public INDArray[] forward(boolean training, INDArray... inputs) {
    checkArgument(
        inputs.length == graph.getNumInputArrays(),
        "expected %s network inputs, got %s",
        graph.getNumInputArrays(),
        inputs.length);
    freeEverything();
    if (training) {
      forgetNoise();
    }
    graph.setInputs(inputs);
    INDArray[] results = new INDArray[outputs.length];
    INDArray[] activations = new INDArray[vertices.length];
    for (int index : order) {
      GraphVertex vertex = vertices[index];
      INDArray out;
      if (vertex.isInputVertex()) {
        out = inputs[index];
      } else {
        out = training ? trainForward(vertex) : inferForward(vertex);
      }
      activations[index] = out;
      List<PooledWorkspaceMgr.Block> mine = kept.collect(index);
      PooledWorkspaceMgr.Block block = pool.blockOf(out);
      for (int i = 0; i < outputs.length; i++) {
        if (outputs[i] == index) {
          results[i] = out;
          outputShapes[i] = out.shape();
          outputTypes[i] = out.dataType();
          if (block != null && !training) {
            pool.retain(block);
          }
        }
      }
      VertexIndices[] consumers = vertex.getOutputVertices();
      if (consumers != null) {
        for (VertexIndices consumer : consumers) {
          if (block != null && !training) {
            pool.retain(block);
          }
          int target = consumer.getVertexIndex();
          vertices[target].setInput(consumer.getVertexEdgeNumber(), out, pool);
          kept.collect(target); // of preprocessors
        }
      }
      if (training) {
        kept.afterForward(index, out);
      } else {
        releaseAfterInference(vertex, activations, mine);
      }
    }
    if (!training) {
      for (GraphVertex vertex : vertices) {
        vertex.clear();
      }
    }
    readyForBackward = training;
    return results;
  }

  /**
   * DL4J's layers keep noisy weights until a backward pass, which the last one may not have had.
   */
  private void forgetNoise() {
    for (GraphVertex vertex : vertices) {
      if (vertex.hasLayer()) {
        vertex.getLayer().clearNoiseWeightParams();
      }
    }
  }

  private static boolean isOurs(GraphVertex vertex) {
    return KeptActivations.poolAware(vertex) != null;
  }

  private INDArray inferForward(GraphVertex vertex) {
    if (!isOurs(vertex)) {
      protectInputs(vertex);
    }
    return vertex.doForward(false, pool);
  }

  /** A frozen layer of DL4J's infers in training too, in place: on a copy, as others may read. */
  private INDArray trainForward(GraphVertex vertex) {
    if (!isFrozenOther(vertex)) {
      return vertex.doForward(true, pool);
    }
    INDArray given = vertex.getInputs()[0];
    vertex.setInput(0, pool.dup(ArrayType.INPUT, given), pool);
    INDArray out = vertex.doForward(true, pool);
    vertex.setInput(0, given, pool); // Its backward pass reads what it was given.
    return out;
  }

  private static boolean isFrozenOther(GraphVertex vertex) {
    return vertex.hasLayer()
        && vertex.getLayer() instanceof BaseWrapperLayer frozen
        && (frozen instanceof FrozenLayer || frozen instanceof FrozenLayerWithBackprop)
        && !(frozen.getUnderlying() instanceof PoolAware);
  }

  /** In inference DL4J's layers may work in place; what others still read is copied first. */
  private void protectInputs(GraphVertex vertex) {
    INDArray[] in = vertex.getInputs();
    for (int i = 0; i < in.length; i++) {
      if (!pool.isExclusive(in[i])) {
        vertex.setInput(i, pool.dup(ArrayType.INPUT, in[i]), pool);
      }
    }
  }

  private void releaseAfterInference(
      GraphVertex vertex, INDArray[] activations, List<PooledWorkspaceMgr.Block> mine) {
    VertexIndices[] sources = vertex.getInputVertices();
    if (sources != null) {
      for (VertexIndices source : sources) {
        PooledWorkspaceMgr.Block block = pool.blockOf(activations[source.getVertexIndex()]);
        if (block != null) {
          pool.release(block);
        }
      }
    }
    for (PooledWorkspaceMgr.Block block : mine) {
      if (!block.isReferenced()) {
        pool.releaseAll(block);
      }
    }
  }

  /**
   * The backward pass of the last training forward pass. Parameter gradients are overwritten in
   * {@link ComputationGraph#getFlattenedGradients()}.
   *
   * @param outputGradients one per network output, of its shape and type; null where an output has
   *     no loss; only read
   * @throws IllegalArgumentException if one has another shape or type; the pass can still be made
   *     then
   */
  public void backward(@Nullable INDArray... outputGradients) {
    backward(null, outputGradients);
  }

  /**
   * The same, and tells how far it has come.
   *
   * @param finalFrom is told an index from which on the flat gradient is final, after each vertex
   *     with parameters: smaller ones each time, the last is 0; null for nobody
   */
  public void backward(@Nullable LongConsumer finalFrom, @Nullable INDArray... outputGradients) {
    checkState(readyForBackward, "a backward pass requires a forward pass in training mode first");
    checkArgument(
        outputGradients.length == outputs.length,
        "expected %s output gradients, got %s",
        outputs.length,
        outputGradients.length);
    for (int i = 0; i < outputs.length; i++) {
      checkShapeAndType(i, outputGradients[i]);
    }
    readyForBackward = false;
    if (graph.getFlattenedGradients() == null) {
      graph.initGradientsView();
    }
    if (Arrays.asList(outputGradients).contains(null)) {
      graph.getFlattenedGradients().assign(0); // What only leads there keeps its last one else.
    }
    Arrays.fill(gradients, null);
    for (int i = 0; i < outputs.length; i++) {
      gradients[outputs[i]] = outputGradients[i];
    }
    kept.beginBackward();
    long from = finalFrom == null ? 0 : graph.numParams();
    for (int i = order.length - 1; i >= 0; i--) {
      int index = order[i];
      backward(vertices[index], index);
      kept.afterBackward(index);
      if (finalFrom != null && vertices[index].numParams() > 0) {
        from -= vertices[index].numParams(); // They lie in this order one behind the other.
        finalFrom.accept(from);
      }
    }
    Arrays.fill(gradients, null);
  }

  /** The kernels take the sizes of the forward pass, and read past the end of a smaller array. */
  private void checkShapeAndType(int output, @Nullable INDArray gradient) {
    if (gradient != null
        && !(Arrays.equals(gradient.shape(), outputShapes[output])
            && gradient.dataType() == outputTypes[output])) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "gradient of output \"%s\": expected %s %s, got %s %s",
              vertices[outputs[output]].getVertexName(),
              Arrays.toString(outputShapes[output]),
              outputTypes[output],
              Arrays.toString(gradient.shape()),
              gradient.dataType()));
    }
  }

  private void backward(GraphVertex vertex, int index) {
    INDArray gradient = gradients[index];
    if (gradient == null || vertex.isInputVertex()) {
      return;
    }
    PooledWorkspaceMgr.Block own = pool.blockOf(gradient);
    kept.beforeBackward(index);
    if (!(vertex.hasLayer() && vertex.getLayer() instanceof FrozenLayer)) {
      INDArray given = gradient;
      if (!isOurs(vertex) && !pool.isExclusive(gradient)) {
        given = pool.dup(ArrayType.ACTIVATION_GRAD, gradient);
      }
      vertex.setEpsilon(given);
      INDArray[] results = vertex.doBackward(false, pool).getSecond();
      List<PooledWorkspaceMgr.Block> fresh = pool.startCollecting();
      contribute(vertex, results);
      if (own != null) {
        pool.release(own);
      }
      for (PooledWorkspaceMgr.Block block : fresh) {
        if (!block.isReferenced()) {
          pool.releaseAll(block);
        }
      }
    } else if (own != null) {
      pool.release(own);
    }
    gradients[index] = null;
  }

  /** Gives the sources of a vertex their gradients; several of these may be one array. */
  private void contribute(GraphVertex vertex, INDArray[] results) {
    VertexIndices[] sources = vertex.getInputVertices();
    for (int pass = 0; pass < 2; pass++) {
      for (int j = 0; j < sources.length; j++) {
        int target = sources[j].getVertexIndex();
        INDArray g = results[j];
        if (g == null || vertices[target].isInputVertex()) {
          continue;
        }
        if (pass == 0) {
          retain(g); // before anything is added: what others still read is not written to
        } else {
          contribute(target, g);
        }
      }
    }
  }

  private void retain(INDArray array) {
    PooledWorkspaceMgr.Block block = pool.blockOf(array);
    if (block != null) {
      pool.retain(block);
    }
  }

  private void release(INDArray array) {
    PooledWorkspaceMgr.Block block = pool.blockOf(array);
    if (block != null) {
      pool.release(block);
    }
  }

  /** Adds one branch's gradient, of which a reference is held, to what a vertex has received. */
  private void contribute(int target, INDArray g) {
    INDArray sum = gradients[target];
    if (sum == null) {
      gradients[target] = g;
    } else if (pool.isExclusive(sum)) {
      addInto(sum, g, sum);
      release(g);
    } else if (pool.isExclusive(g)) {
      addInto(g, sum, g);
      release(sum);
      gradients[target] = g;
    } else {
      INDArray both = pool.dup(ArrayType.ACTIVATION_GRAD, sum);
      pool.startCollecting();
      both.addi(g);
      retain(both);
      release(sum);
      release(g);
      gradients[target] = both;
    }
  }

  private void addInto(INDArray a, INDArray b, INDArray result) {
    if (a.rank() == b.rank()
        && (a.rank() == 2 || a.rank() == 4)
        && ChannelsLast.is(a)
        && ChannelsLast.is(b)) {
      kernels.add(a, b, false, result);
    } else {
      a.addi(b, result);
    }
  }

  private void freeEverything() {
    kept.begin();
    readyForBackward = false;
  }

  /** Gives all memory back; the next call takes it again. */
  public void trim() {
    freeEverything();
    for (GraphVertex vertex : vertices) {
      vertex.clear();
    }
    pool.trim();
  }
}
