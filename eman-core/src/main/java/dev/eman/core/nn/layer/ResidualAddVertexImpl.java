package dev.eman.core.nn.layer;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.nn.ResidualAdd;
import dev.eman.core.nn.kernel.Kernels;
import dev.eman.core.nn.kernel.Normalization;
import java.util.Arrays;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The running side of {@link ResidualAdd}. */
@SuppressWarnings("overrides") // in DL4J: an array implements varargs
public final class ResidualAddVertexImpl extends BaseGraphVertex implements PoolAware {
  private static final long serialVersionUID = 1L;

  private final boolean relu;
  private final CNN2DFormat format;
  private final transient Kernels kernels;
  private final transient @Nullable NormalizationLayerImpl[] branches =
      new NormalizationLayerImpl[2];
  private transient @Nullable INDArray y;

  public ResidualAddVertexImpl(
      ComputationGraph graph, String name, int index, ResidualAdd conf, DataType dataType) {
    super(graph, name, index, null, null, dataType);
    this.relu = conf.isRelu();
    this.format = conf.getDataFormat();
    this.kernels = Kernels.of(dataType);
  }

  public boolean isRelu() {
    return relu;
  }

  public CNN2DFormat format() {
    return format;
  }

  /**
   * Lets the sum do a branch's normalisation on the way, so that its output is never written.
   *
   * @param input 0 or 1
   * @param branch whose output nobody else reads, of this vertex's format
   */
  public void normalize(int input, NormalizationLayerImpl branch) {
    branches[input] = branch;
    branch.setOnlyReadBySum();
  }

  private static @Nullable Normalization leftBy(@Nullable NormalizationLayerImpl branch) {
    return branch == null ? null : branch.leftToSum();
  }

  @Override
  public boolean hasLayer() {
    return false;
  }

  @Override
  public @Nullable Layer getLayer() {
    return null;
  }

  private INDArray readable(INDArray a, LayerWorkspaceMgr mgr, ArrayType kind) {
    return Activations.readable(Activations.channelsFirst(a, format), dataType, kernels, mgr, kind);
  }

  @Override
  public INDArray doForward(boolean training, LayerWorkspaceMgr mgr) {
    checkArgument(
        inputs[0].equalShapes(inputs[1]),
        "vertex \"%s\": expected two inputs of one shape, got %s and %s",
        vertexName,
        Arrays.toString(inputs[0].shape()),
        Arrays.toString(inputs[1].shape()));
    return computeAgain(mgr);
  }

  @Override
  public boolean readsInput() {
    return false;
  }

  @Override
  public boolean readsOutput() {
    return relu;
  }

  @Override
  public boolean canComputeAgain() {
    return true;
  }

  @Override
  public INDArray computeAgain(LayerWorkspaceMgr mgr) {
    INDArray a = readable(inputs[0], mgr, ArrayType.ACTIVATIONS);
    INDArray b = readable(inputs[1], mgr, ArrayType.ACTIVATIONS);
    INDArray out = Activations.like(mgr, ArrayType.ACTIVATIONS, a);
    Normalization ofA = leftBy(branches[0]);
    Normalization ofB = leftBy(branches[1]);
    if (ofA != null) {
      kernels.addNormalized(a, ofA, b, ofB, relu, out);
    } else if (ofB != null) {
      kernels.addNormalized(b, ofB, a, null, relu, out);
    } else {
      kernels.add(a, b, relu, out);
    }
    y = out;
    return Activations.inFormat(out, format);
  }

  @Override
  public Pair<@Nullable Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr mgr) {
    INDArray gradient = epsilon;
    if (relu) {
      INDArray out = y;
      if (out == null) {
        throw new IllegalStateException("backward pass before the forward pass: " + vertexName);
      }
      INDArray dy = readable(gradient, mgr, ArrayType.BP_WORKING_MEM);
      INDArray dx = Activations.gradientTarget(mgr, dy);
      kernels.reluBackward(out, 0, dy, dx);
      gradient = Activations.inFormat(dx, format);
    }
    if (mgr instanceof ActivationPool) {
      // The pool counts readers: both branches may read one array.
      return new Pair<>(null, new INDArray[] {gradient, gradient});
    }
    return new Pair<>(
        null,
        new INDArray[] {
          relu ? gradient : mgr.dup(ArrayType.ACTIVATION_GRAD, gradient),
          mgr.dup(ArrayType.ACTIVATION_GRAD, gradient)
        });
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray backpropGradientsViewArray) {
    if (backpropGradientsViewArray != null) {
      throw new IllegalArgumentException("a residual addition has no parameters");
    }
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray @Nullable [] maskArrays, MaskState currentMaskState, int minibatchSize) {
    return new Pair<>(maskArrays == null ? null : maskArrays[0], currentMaskState);
  }

  @Override
  public void clear() {
    super.clear();
    y = null;
  }

  @Override
  public String toString() {
    return "ResidualAdd(name=\"" + vertexName + "\", relu=" + relu + ")";
  }
}
