package dev.eman.core.nn.layer;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.kernel.Kernels;
import dev.eman.core.nn.kernel.PoolingGeometry;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
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

/** The running side of {@link Pooling}. */
public final class PoolingLayerImpl extends AbstractLayer<Pooling> implements PoolAware {
  private static final long serialVersionUID = 1L;

  private final transient Kernels kernels;

  /** The input as the kernels read it, where that is a copy. */
  private transient @Nullable INDArray copiedInput;

  private transient @Nullable INDArray where;

  public PoolingLayerImpl(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    this.kernels = Kernels.of(dataType);
  }

  @Override
  public boolean readsInput() {
    return where == null && copiedInput == null;
  }

  @Override
  public boolean readsOutput() {
    return false;
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
  public Type type() {
    return Type.SUBSAMPLING;
  }

  private boolean isGlobal() {
    return layerConf().getKind() == Pooling.Kind.GLOBAL_AVERAGE;
  }

  private PoolingGeometry geometry(INDArray in) {
    return layerConf().geometry(in.size(0), in.size(1), in.size(2), in.size(3));
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr mgr) {
    assertInputSet(false);
    checkArgument(
        input.rank() == 4,
        "%s: expected input [N, C, H, W], got %s",
        layerId(),
        Arrays.toString(input.shape()));
    CNN2DFormat format = layerConf().getDataFormat();
    INDArray given = Activations.channelsFirst(input, format);
    INDArray in = Activations.readable(given, dataType, kernels, mgr, ArrayType.ACTIVATIONS);
    copiedInput = in == given ? null : in;
    PoolingGeometry g = geometry(in);
    long bytes = training ? kernels.poolingWorkspaceBytes(g) : 0;
    where =
        bytes == 0 ? null : mgr.createUninitialized(ArrayType.ACTIVATIONS, DataType.UINT8, bytes);
    if (isGlobal()) {
      INDArray out =
          mgr.createUninitialized(ArrayType.ACTIVATIONS, dataType, new long[] {g.n(), g.c()}, 'c');
      kernels.pool(g, in, out.reshape('c', g.n(), g.c(), 1, 1), null);
      return out;
    }
    INDArray out =
        Activations.image(
            mgr, ArrayType.ACTIVATIONS, dataType, g.n(), g.c(), g.outHeight(), g.outWidth());
    kernels.pool(g, in, out, where);
    return Activations.inFormat(out, format);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr mgr) {
    assertInputSet(true);
    CNN2DFormat format = layerConf().getDataFormat();
    INDArray in = copiedInput != null ? copiedInput : Activations.channelsFirst(input, format);
    INDArray dy =
        Activations.readable(
            isGlobal() ? epsilon : Activations.channelsFirst(epsilon, format),
            dataType,
            kernels,
            mgr,
            ArrayType.BP_WORKING_MEM);
    PoolingGeometry g = geometry(in);
    if (isGlobal()) {
      dy = dy.reshape('c', g.n(), g.c(), 1, 1);
    }
    INDArray dx =
        Activations.image(mgr, ArrayType.ACTIVATION_GRAD, dataType, g.n(), g.c(), g.h(), g.w());
    if (where == null && kernels.poolingWorkspaceBytes(g) > 0) {
      findMaxima(g, in, mgr);
    }
    kernels.poolBackward(g, in, dy, dx, where);
    return new Pair<>(new DefaultGradient(), Activations.inFormat(dx, format));
  }

  /** The forward pass ran in inference mode: a frozen layer that passes gradients on. */
  private void findMaxima(PoolingGeometry g, INDArray in, LayerWorkspaceMgr mgr) {
    where =
        mgr.createUninitialized(
            ArrayType.BP_WORKING_MEM, DataType.UINT8, kernels.poolingWorkspaceBytes(g));
    INDArray out =
        Activations.image(
            mgr, ArrayType.BP_WORKING_MEM, dataType, g.n(), g.c(), g.outHeight(), g.outWidth());
    kernels.pool(g, in, out, where);
  }

  @Override
  public void clear() {
    super.clear();
    copiedInput = null;
    where = null;
  }
}
