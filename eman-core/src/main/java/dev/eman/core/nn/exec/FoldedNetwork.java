package dev.eman.core.nn.exec;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ListMultimap;
import dev.eman.core.nn.kernel.ConvolutionGeometry;
import dev.eman.core.nn.kernel.Kernels;
import dev.eman.core.nn.kernel.onednn.OneDnnConvolution;
import dev.eman.core.nn.kernel.onednn.OneDnnKernels;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Inference of a network whose normalisation uses stored statistics. Such a normalisation is an
 * affine map with constants, so it is folded into the convolution before it:
 *
 * <pre>W' = W gamma / sqrt(var + eps)      b' = beta + (b - mean) gamma / sqrt(var + eps)</pre>
 *
 * <p>and the ReLU and the residual addition behind it become part of the same pass over memory. A
 * teacher that normalises with its batch can do none of this.
 *
 * <p>This class is the plan, a list of {@link Node}s; {@link FoldedProgram} runs it for one input
 * shape. Weights are folded again on the first run after {@link #parametersChanged()}, once for all
 * programs whose primitives take them in the same layout.
 */
public final class FoldedNetwork {
  /** Programs kept for different input shapes; the last batch of an epoch is often smaller. */
  private static final int MAX_PROGRAMS = 3;

  /** What a node computes. */
  enum Kind {
    CONVOLUTION,
    NORMALIZATION,
    RELU,
    ADD,
    POOLING,
    LINEAR
  }

  /**
   * One step.
   *
   * @param name of the DL4J vertex whose output this is
   * @param inputs the nodes read, -1 for the network's input
   * @param addend the node added in place by a convolution, or -2 for none
   * @param slope of the ReLU behind; NaN for none
   */
  record Node(
      String name,
      Kind kind,
      List<Integer> inputs,
      int addend,
      double slope,
      @Nullable Layer layer,
      @Nullable Layer normalization) {}

  static final int NETWORK_INPUT = -1;
  static final int NONE = -2;

  private final List<Node> nodes;
  private final List<Integer> outputs;
  private final Map<List<Long>, FoldedProgram> programs =
      new LinkedHashMap<>(4, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Long>, FoldedProgram> eldest) {
          boolean tooMany = size() > MAX_PROGRAMS;
          if (tooMany) {
            eldest.getValue().close();
          }
          return tooMany;
        }
      };
  private final Packs packs;
  private long version;

  /** Folded weights by node, as long as a program has them. */
  private static final class Packs {
    private final ListMultimap<Integer, WeakReference<FoldedWeights>> byNode =
        ArrayListMultimap.create();

    synchronized FoldedWeights of(
        int index, Node node, ConvolutionGeometry geometry, OneDnnConvolution.Layout layout) {
      List<WeakReference<FoldedWeights>> known = byNode.get(index);
      known.removeIf(reference -> reference.get() == null);
      for (WeakReference<FoldedWeights> reference : known) {
        FoldedWeights weights = reference.get();
        if (weights != null && weights.areIn(layout)) {
          return weights;
        }
      }
      FoldedWeights weights =
          new FoldedWeights(FoldedProgram.layer(node), node.normalization(), geometry, layout);
      known.add(new WeakReference<>(weights));
      return weights;
    }
  }

  FoldedNetwork(List<Node> nodes, List<Integer> outputs) {
    this(nodes, outputs, new Packs());
  }

  private FoldedNetwork(List<Node> nodes, List<Integer> outputs, Packs packs) {
    this.nodes = nodes;
    this.outputs = outputs;
    this.packs = packs;
  }

  /**
   * The same network for another thread, which may run it at the same time. They have one set of
   * folded weights, so neither's parameters may change from here on.
   */
  public FoldedNetwork forAnotherThread() {
    FoldedNetwork other = new FoldedNetwork(nodes, outputs, packs);
    other.version = version;
    return other;
  }

  /** A convolution's weights in some layout, to be folded before they are used. */
  FoldedWeights weights(int index, ConvolutionGeometry geometry, OneDnnConvolution.Layout layout) {
    return packs.of(index, nodes.get(index), geometry, layout);
  }

  List<Node> nodes() {
    return nodes;
  }

  List<Integer> outputs() {
    return outputs;
  }

  long version() {
    return version;
  }

  /** Says that parameters or statistics have changed since the last run. */
  public void parametersChanged() {
    version++;
  }

  /**
   * Runs the network.
   *
   * @param inputs the only one: {@code [N, C, H, W]}, any strides; another type than float32 is
   *     copied
   * @return one array per output, valid until the next run or {@link #trim}: its memory may be
   *     freed then
   * @throws IllegalArgumentException for another number of inputs, rank or number of channels
   */
  public INDArray[] run(INDArray... inputs) {
    checkArgument(inputs.length == 1, "expected 1 network input, got %s", inputs.length);
    INDArray input = inputs[0];
    checkArgument(
        input.rank() == 4,
        "network input: expected [N, C, H, W], got %s",
        Arrays.toString(input.shape()));
    List<Long> shape = ImmutableList.of(input.size(0), input.size(1), input.size(2), input.size(3));
    FoldedProgram program = programs.get(shape);
    if (program == null || !program.belongsToThisThread()) {
      program = new FoldedProgram(this, input.shape());
      FoldedProgram replaced = programs.put(shape, program);
      if (replaced != null) {
        replaced.close();
      }
    }
    return program.run(input.dataType() == DataType.FLOAT ? input : input.castTo(DataType.FLOAT));
  }

  /** Forgets the programs and frees their memory, that of the last results included. */
  public void trim() {
    programs.values().forEach(FoldedProgram::close);
    programs.clear();
  }

  /**
   * The plan for a graph, or null when it holds anything that cannot be planned, or when other
   * kernels than oneDNN's were chosen.
   */
  public static @Nullable FoldedNetwork of(ComputationGraph graph) {
    if (graph.getConfiguration().getDataType() != DataType.FLOAT
        || !(Kernels.of(DataType.FLOAT) instanceof OneDnnKernels)
        || graph.getNumInputArrays() != 1) {
      return null;
    }
    return new FoldingPlanner(graph).plan();
  }
}
