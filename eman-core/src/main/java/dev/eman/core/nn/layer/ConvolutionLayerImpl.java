package dev.eman.core.nn.layer;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Verify;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.kernel.ConvolutionGeometry;
import dev.eman.core.nn.kernel.Kernels;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The running side of {@link Convolution}. */
public final class ConvolutionLayerImpl extends BaseLayer<Convolution>
    implements InputGradientOptional, PoolAware {
  private static final long serialVersionUID = 1L;

  private final transient Kernels kernels;
  private boolean inputGradientNeeded = true;

  /** The input as the kernels read it, where that is a copy. */
  private transient @Nullable INDArray copiedInput;

  /** What the activation's backward pass reads: a plain ReLU's output, the input of others. */
  private transient @Nullable INDArray z;

  public ConvolutionLayerImpl(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    this.kernels = Kernels.of(dataType);
  }

  @Override
  public void setInputGradientNeeded(boolean needed) {
    this.inputGradientNeeded = needed;
  }

  /** Never: dropout would write in an array that another layer keeps for its backward pass. */
  @Override
  public void allowInputModification(boolean allow) {
    super.allowInputModification(false);
  }

  @Override
  public boolean readsInput() {
    return copiedInput == null;
  }

  @Override
  public boolean readsOutput() {
    return z != null && isPlainRelu(layerConf().getActivationFn());
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public boolean hasBias() {
    return layerConf().hasBias();
  }

  @Override
  public Type type() {
    return Type.CONVOLUTIONAL;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr mgr) {
    assertInputSet(false);
    applyDropOutIfNecessary(training, mgr);
    Convolution c = layerConf();
    CNN2DFormat format = c.getDataFormat();
    checkInput(input);
    INDArray given = Activations.channelsFirst(input, format);
    INDArray in = Activations.readable(given, dataType, kernels, mgr, ArrayType.ACTIVATIONS);
    copiedInput = in == given ? null : in;
    ConvolutionGeometry g = c.geometry(in.size(0), in.size(2), in.size(3));
    INDArray out =
        Activations.image(
            mgr, ArrayType.ACTIVATIONS, dataType, g.n(), g.k(), g.outHeight(), g.outWidth());
    INDArray w = getParamWithNoise(ConvolutionParameters.WEIGHT, training, mgr);
    INDArray b = c.hasBias() ? getParamWithNoise(ConvolutionParameters.BIAS, training, mgr) : null;
    kernels.convolution(g, in, w, b, out);
    IActivation activation = c.getActivationFn();
    z = activation instanceof ActivationIdentity ? null : out;
    if (isPlainRelu(activation)) {
      kernels.relu(out, 0, out); // the mask can be read off the output
    } else if (!(activation instanceof ActivationIdentity)) {
      INDArray copy = Activations.like(mgr, ArrayType.ACTIVATIONS, out);
      kernels.copy(out, copy);
      out = activation.getActivation(copy, training);
    }
    return Activations.inFormat(out, format);
  }

  /** DL4J's ReLU can have a maximum, a threshold and a slope; the kernels take the plain one. */
  public static boolean isPlainRelu(IActivation activation) {
    return activation.equals(new ActivationReLU());
  }

  /**
   * Refuses what is not images with as many channels as the weights have.
   *
   * @throws IllegalArgumentException which says what was expected
   */
  public void checkInput(INDArray in) {
    Convolution c = layerConf();
    CNN2DFormat format = c.getDataFormat();
    int channels = format == CNN2DFormat.NCHW ? 1 : 3;
    checkArgument(
        in.rank() == 4 && in.size(channels) == c.getNIn(),
        "%s: expected input [N, %s] (%s), got %s",
        layerId(),
        format == CNN2DFormat.NCHW ? c.getNIn() + ", H, W" : "H, W, " + c.getNIn(),
        format,
        Arrays.toString(in.shape()));
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr mgr) {
    assertInputSet(true);
    Convolution c = layerConf();
    CNN2DFormat format = c.getDataFormat();
    INDArray in = copiedInput != null ? copiedInput : Activations.channelsFirst(input, format);
    INDArray dy =
        Activations.readable(
            Activations.channelsFirst(epsilon, format),
            dataType,
            kernels,
            mgr,
            ArrayType.BP_WORKING_MEM);
    IActivation activation = c.getActivationFn();
    INDArray out = z;
    if (out == null) {
      checkState(
          activation instanceof ActivationIdentity,
          "backward pass before the forward pass %s",
          layerId());
    } else if (isPlainRelu(activation)) {
      INDArray dz = Activations.gradientTarget(mgr, dy);
      kernels.reluBackward(out, 0, dy, dz);
      dy = dz;
    } else {
      INDArray copy = Activations.like(mgr, ArrayType.BP_WORKING_MEM, dy);
      kernels.copy(dy, copy); // activations work in place, on a gradient that others may read
      INDArray dz = activation.backprop(out.dup(), copy).getFirst();
      dy = Activations.readable(dz, dataType, kernels, mgr, ArrayType.BP_WORKING_MEM);
    }
    ConvolutionGeometry g = c.geometry(in.size(0), in.size(2), in.size(3));
    Gradient gradient = new DefaultGradient();
    INDArray dw = Verify.verifyNotNull(gradientViews.get(ConvolutionParameters.WEIGHT));
    INDArray db = c.hasBias() ? gradientViews.get(ConvolutionParameters.BIAS) : null;
    kernels.convolutionBackwardWeights(g, in, dy, dw, db);
    gradient.setGradientFor(ConvolutionParameters.WEIGHT, dw, 'c');
    if (db != null) {
      gradient.setGradientFor(ConvolutionParameters.BIAS, db);
    }
    INDArray dx = null;
    if (inputGradientNeeded) {
      INDArray target =
          Activations.image(mgr, ArrayType.ACTIVATION_GRAD, dataType, g.n(), g.c(), g.h(), g.w());
      kernels.convolutionBackwardData(
          g, dy, getParamWithNoise(ConvolutionParameters.WEIGHT, true, mgr), target);
      dx = backpropDropOutIfPresent(Activations.inFormat(target, format));
    }
    weightNoiseParams.clear();
    return new Pair<>(gradient, dx);
  }

  @Override
  public void clear() {
    super.clear();
    copiedInput = null;
    z = null;
  }
}
