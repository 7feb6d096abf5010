package dev.eman.core.nn.layer;

import dev.eman.core.nn.Relu;
import dev.eman.core.nn.kernel.Kernels;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The running side of {@link Relu}. */
public final class ReluLayerImpl extends AbstractLayer<Relu> implements PoolAware {
  private static final long serialVersionUID = 1L;

  private final transient Kernels kernels;
  private transient @Nullable INDArray y;

  public ReluLayerImpl(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    this.kernels = Kernels.of(dataType);
  }

  @Override
  public boolean readsInput() {
    return false;
  }

  @Override
  public boolean readsOutput() {
    return true;
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public void clearNoiseWeightParams() {
    // no weights
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr mgr) {
    assertInputSet(false);
    var format = layerConf().getDataFormat();
    INDArray in =
        Activations.readable(
            Activations.channelsFirst(input, format),
            dataType,
            kernels,
            mgr,
            ArrayType.ACTIVATIONS);
    INDArray out = Activations.like(mgr, ArrayType.ACTIVATIONS, in);
    kernels.relu(in, layerConf().getSlope(), out);
    y = out;
    return Activations.inFormat(out, format);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr mgr) {
    INDArray out = y;
    if (out == null) {
      throw new IllegalStateException("backward pass before the forward pass " + layerId());
    }
    var format = layerConf().getDataFormat();
    INDArray dy =
        Activations.readable(
            Activations.channelsFirst(epsilon, format),
            dataType,
            kernels,
            mgr,
            ArrayType.BP_WORKING_MEM);
    INDArray dx = Activations.gradientTarget(mgr, dy);
    kernels.reluBackward(out, layerConf().getSlope(), dy, dx);
    return new Pair<>(new DefaultGradient(), Activations.inFormat(dx, format));
  }

  @Override
  public void clear() {
    super.clear();
    y = null;
  }
}
