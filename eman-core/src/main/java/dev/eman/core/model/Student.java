package dev.eman.core.model;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import dev.eman.core.internal.FlatMath;
import dev.eman.core.nn.Backend;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.NormalizationGroups;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.nn.exec.FoldedNetwork;
import dev.eman.core.nn.exec.GraphExecutor;
import dev.eman.core.optimizer.Optimizer;
import dev.eman.core.optimizer.OptimizerConfiguration;
import dev.eman.core.optimizer.Segment;
import java.util.List;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The network that learns. A step is {@link #forward}, {@link #backward} with the gradient of the
 * loss with respect to each output, {@link #step}; several forward-backward pairs before one step
 * add up their gradients. Every training forward pass moves the running statistics once.
 *
 * <p>Calls in another order throw {@link IllegalStateException}. One thread at a time.
 */
public final class Student {
  private final ComputationGraph graph;
  private final ParameterTable parameters;
  private final GraphExecutor executor;
  private final Optimizer optimizer;

  /** What of the gradient counts when it is clipped. */
  private final List<FlatMath.Run> moved;

  private final INDArray optimizerState;
  private @Nullable FoldedNetwork folded;
  private @Nullable GradientSum sum;
  private double clipNorm = Double.POSITIVE_INFINITY;

  /**
   * A student over an initialised network whose outputs are logits or features.
   *
   * @param graph the network; owned by the student from here on
   * @param optimizer moves its parameters; such as {@link dev.eman.core.optimizer.Sgd}
   * @throws IllegalArgumentException when an output is a loss layer, or a layer is DL4J's own batch
   *     normalisation
   */
  public Student(ComputationGraph graph, OptimizerConfiguration optimizer) {
    for (String name : graph.getConfiguration().getNetworkOutputs()) {
      checkArgument(
          !(graph.getVertex(name).hasLayer() && graph.getLayer(name) instanceof IOutputLayer),
          "output \"%s\" is a loss layer, but losses are computed outside of the network: convert"
              + " it first (NormalizationConverter.convertToLogits)",
          name);
    }
    Backend.logOnce();
    Teacher.setStatistics(graph, TeacherStatistics.AVERAGED); // It may have been a teacher's.
    this.graph = graph;
    this.parameters = ParameterTable.of(graph);
    this.executor = new GraphExecutor(graph);
    if (graph.getFlattenedGradients() == null) {
      graph.initGradientsView();
    }
    List<Segment> segments =
        parameters.entries().stream()
            .map(
                e -> new Segment(e.vertex(), e.key(), e.offset(), e.shape(), isTrainable(e, graph)))
            .toList();
    this.optimizer = optimizer.create(segments);
    this.moved =
        FlatMath.join(
            segments.stream()
                .filter(optimizer::moves)
                .map(s -> new FlatMath.Run(s.offset(), s.length(), 0))
                .toList());
    this.optimizerState = Nd4j.zeros(parameters.dataType(), parameters.vector().length());
  }

  /**
   * Neither statistics nor what a normalisation keeps at its initial values, nor DL4J's frozen
   * layers, which have no gradient but would decay.
   */
  private static boolean isTrainable(ParameterTable.Entry entry, ComputationGraph graph) {
    GraphVertex vertex = graph.getVertex(entry.vertex());
    boolean locked =
        vertex.hasLayer()
            && vertex.getLayer().conf().getLayer() instanceof EmanBatchNormalization normalization
            && normalization.isLockGammaBeta();
    boolean frozen =
        vertex instanceof FrozenVertex
            || (vertex.hasLayer()
                && (vertex.getLayer() instanceof FrozenLayer
                    || vertex.getLayer() instanceof FrozenLayerWithBackprop));
    return !entry.statistic() && !locked && !frozen;
  }

  /** The DL4J network; after changing its parameters call {@link #parametersChanged}. */
  public ComputationGraph graph() {
    return graph;
  }

  /** Names, shapes and offsets of its parameters and statistics. */
  public ParameterTable parameters() {
    return parameters;
  }

  /**
   * A forward pass in training mode: batch statistics, which also move the running ones.
   *
   * @param inputs one array {@code [N, C, H, W]} per network input; read
   * @return one array per network output, {@code [N, K]} for a classifier; the student's memory,
   *     valid until its next pass or {@link #releaseMemory}
   */
  public INDArray[] forward(INDArray... inputs) {
    return forward(NormalizationGroups.WHOLE, inputs);
  }

  /**
   * A forward pass in training mode over a batch that is normalised in groups.
   *
   * @param groups which also say how the running statistics move
   * @param inputs one array {@code [N, C, H, W]} per network input, N a multiple of the groups;
   *     read
   * @return as {@link #forward(INDArray...)}, of all groups
   */
  public INDArray[] forward(NormalizationGroups groups, INDArray... inputs) {
    for (INDArray input : inputs) {
      groups.check(input.size(0));
    }
    executor.normalizeIn(groups);
    if (folded != null) {
      folded.parametersChanged();
    }
    return executor.forward(true, inputs);
  }

  /**
   * The backward pass of the last {@link #forward}; adds to the gradient of this step.
   *
   * @param outputGradients the gradient of the loss with respect to each output, of the output's
   *     shape and type, or null for an output without a loss; read
   * @throws IllegalArgumentException if one has another shape or type; nothing is changed then, and
   *     the pass can still be made
   */
  public void backward(@Nullable INDArray... outputGradients) {
    GradientSum gradients = sum();
    gradients.beginPass();
    executor.backward(outputGradients);
    gradients.endPass();
  }

  /**
   * Like {@link #backward}, for the last one before {@link #step}, which also ends the part. The
   * gradient is announced while the pass is still under way: region by region, from its end to its
   * beginning.
   *
   * @param listener is told each region of {@link #gradient} when it is final
   */
  public void backwardLast(GradientListener listener, @Nullable INDArray... outputGradients) {
    GradientSum gradients = sum();
    gradients.beginPass();
    executor.backward(gradients.announcing(listener), outputGradients);
    gradients.endLastPass();
  }

  /**
   * Ends a part of the batch. The gradient is a sum over parts of sums over their passes, so that
   * it does not depend on where which part was computed, not even in its last bits. Does nothing if
   * no {@link #backward} came since the last part.
   */
  public void endPart() {
    sum().endPart();
  }

  private GradientSum sum() {
    if (sum == null) {
      sum = new GradientSum(gradient());
    }
    return sum;
  }

  /**
   * One optimiser step along the gradient of all {@link #backward} calls since the last step.
   * Statistics are not touched. The gradient is gone afterwards, also if the optimiser refuses the
   * learning rate.
   */
  public void step(double learningRate) {
    endPart();
    checkState(!sum().isEmpty(), "an optimiser step requires a backward pass first");
    try {
      if (clipNorm < Double.POSITIVE_INFINITY) {
        double norm = FlatMath.norm(gradient(), moved);
        if (norm > clipNorm) {
          gradient().muli(clipNorm / norm);
        }
      }
      optimizer.stepInPlace(parameters.vector(), gradient(), optimizerState, learningRate);
    } finally { // A gradient that was refused must not be added to the next step's.
      parametersChanged();
      sum().clear();
    }
  }

  /**
   * Clips the gradient of each step: a gradient of a larger Euclidean norm is scaled down to this
   * one. The norm, taken in float64, is that of the parameters that the optimiser moves: frozen
   * ones do not count. Off by default.
   *
   * @param norm above 0; infinity disables clipping
   */
  public void clipGradientNorm(double norm) {
    checkArgument(norm > 0, "clip norm: expected above 0, got %s", norm);
    clipNorm = norm;
  }

  /** Discards the gradients since the last step, after a failure for example. */
  public void discardGradient() {
    sum().clear();
  }

  /**
   * Inference with the stored statistics.
   *
   * @param inputs one array per network input; read
   * @return one array per network output; the student's memory, valid until its next pass or {@link
   *     #releaseMemory}
   */
  public INDArray[] infer(INDArray... inputs) {
    if (folded == null) {
      folded = FoldedNetwork.of(graph);
    }
    return folded != null ? folded.run(inputs) : executor.forward(false, inputs);
  }

  /**
   * Must be called after parameters were changed from outside, by loading a checkpoint for example.
   */
  public void parametersChanged() {
    if (folded != null) {
      folded.parametersChanged();
    }
  }

  /**
   * The gradient of the last step, {@code [n]} in the order of {@link #parameters()}; a view.
   * Entries of statistics are 0.
   */
  public INDArray gradient() {
    INDArray flat = graph.getFlattenedGradients();
    return flat.reshape(flat.length());
  }

  /** The optimiser's state, {@code [n]}: SGD's momentum buffer; the student's own memory. */
  public INDArray optimizerState() {
    return optimizerState;
  }

  /** Bytes that activations and their gradients have taken at most; kept for reuse. */
  public long pooledBytes() {
    return executor.pooledBytes();
  }

  /**
   * Releases activation memory; the next pass allocates it again. What {@link #forward} and {@link
   * #infer} returned is freed with it and must not be read any more: copy it first.
   */
  public void releaseMemory() {
    executor.trim();
    if (folded != null) {
      folded.trim();
      folded = null;
    }
  }
}
