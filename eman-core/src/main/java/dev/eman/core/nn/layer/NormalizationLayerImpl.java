package dev.eman.core.nn.layer;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Verify;
import dev.eman.core.NonFiniteException;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.NormalizationGroups;
import dev.eman.core.nn.SingleValueException;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.nn.kernel.Kernels;
import dev.eman.core.nn.kernel.Normalization;
import dev.eman.core.nn.kernel.nd4j.Nd4jKernels;
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
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The running side of {@link EmanBatchNormalization}. */
public final class NormalizationLayerImpl extends BaseLayer<EmanBatchNormalization>
    implements PoolAware {
  private static final long serialVersionUID = 1L;

  private final transient Kernels kernels;

  /** The input as the kernels read it, where that is a copy. */
  private transient @Nullable INDArray copiedInput;

  /** What is left to the sum behind, after a forward pass that computed the statistics alone. */
  private transient @Nullable Normalization leftToSum;

  private transient boolean onlyReadBySum;
  private transient NormalizationGroups groups = NormalizationGroups.WHOLE;
  private transient @Nullable GroupStatistics statistics;
  private transient boolean usedBatch;

  public NormalizationLayerImpl(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    this.kernels = Kernels.of(dataType);
  }

  /** Never: dropout would write in an array that another layer keeps for its backward pass. */
  @Override
  public void allowInputModification(boolean allow) {
    super.allowInputModification(false);
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public Type type() {
    return Type.NORMALIZATION;
  }

  @Override
  public boolean updaterDivideByMinibatch(String paramName) {
    return !NormalizationParameters.isStatistic(paramName);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr mgr) {
    assertInputSet(false);
    EmanBatchNormalization conf = layerConf();
    CNN2DFormat format = conf.getDataFormat();
    checkInput(input);
    applyDropOutIfNecessary(training, mgr);
    INDArray given = Activations.channelsFirst(input, format);
    INDArray in = Activations.readable(given, dataType, kernels, mgr, ArrayType.ACTIVATIONS);
    copiedInput = in == given ? null : in;
    usedBatch = training || conf.getStatistics() == TeacherStatistics.BATCH;
    leftToSum = null;
    if (!usedBatch) {
      INDArray out = Activations.like(mgr, ArrayType.ACTIVATIONS, in);
      normalizeWithStored(in, out);
      return Activations.inFormat(out, format);
    }
    GroupStatistics batch = beginBatch(training);
    long count = in.length() / in.size(1) / batch.count();
    if (training && count == 1) {
      throw new SingleValueException(
          layerId()
              + ": expected more than one value per channel in training, got input "
              + Arrays.toString(input.shape()));
    }
    boolean left =
        training && batch.count() == 1 && isLeftToSum(conf) && mgr instanceof ActivationPool;
    INDArray out = left ? in : Activations.like(mgr, ArrayType.ACTIVATIONS, in);
    INDArray gamma = parameter(NormalizationParameters.GAMMA);
    INDArray beta = parameter(NormalizationParameters.BETA);
    if (left) {
      kernels.batchStatistics(in, batch.mean(0), batch.variance(0));
      leftToSum = new Normalization(gamma, beta, batch.mean(0), batch.variance(0), conf.getEps());
    } else {
      batch.normalize(kernels, mgr, in, gamma, beta, conf.getEps(), slope(conf), out);
    }
    if (training) {
      moveStatistics(conf, batch, count);
    }
    return Activations.inFormat(out, format);
  }

  /** In how many groups the next training passes normalise their batch. */
  public void setGroups(NormalizationGroups ofBatch) {
    groups = ofBatch;
  }

  private GroupStatistics beginBatch(boolean training) {
    GroupStatistics batch =
        statistics != null ? statistics : new GroupStatistics(dataType, layerConf().getNOut());
    batch.begin(training ? groups : NormalizationGroups.WHOLE);
    statistics = batch;
    return batch;
  }

  private boolean isLeftToSum(EmanBatchNormalization conf) {
    return onlyReadBySum && slope(conf) == 1 && copiedInput == null && conf.getIDropout() == null;
  }

  /** Nobody but a {@link ResidualAddVertexImpl} reads the output, and it can normalise. */
  void setOnlyReadBySum() {
    onlyReadBySum = true;
  }

  /** What the sum has to do to this layer's output of the last forward pass; null for nothing. */
  @Nullable Normalization leftToSum() {
    return leftToSum;
  }

  @Override
  public boolean passesInputOn() {
    return leftToSum != null;
  }

  private void normalizeWithStored(INDArray in, INDArray out) {
    normalize(
        in,
        parameter(NormalizationParameters.MEAN),
        parameter(NormalizationParameters.VARIANCE),
        out);
  }

  private void normalize(INDArray in, INDArray mean, INDArray variance, INDArray out) {
    EmanBatchNormalization conf = layerConf();
    kernels.normalizeWithStored(
        in,
        parameter(NormalizationParameters.GAMMA),
        parameter(NormalizationParameters.BETA),
        mean,
        variance,
        conf.getEps(),
        slope(conf),
        out);
  }

  /** The input of the last forward pass, as the kernels read it. */
  private INDArray readInput() {
    assertInputSet(true);
    return copiedInput != null
        ? copiedInput
        : Activations.channelsFirst(input, layerConf().getDataFormat());
  }

  @Override
  public boolean readsInput() {
    return copiedInput == null;
  }

  @Override
  public boolean readsOutput() {
    return false;
  }

  @Override
  public boolean canComputeAgain() {
    return usedBatch && leftToSum == null;
  }

  @Override
  public INDArray computeAgain(LayerWorkspaceMgr mgr) {
    INDArray in = readInput();
    INDArray out = Activations.like(mgr, ArrayType.ACTIVATIONS, in);
    Verify.verifyNotNull(statistics).forEach(mgr, in, out, this::normalize);
    return Activations.inFormat(out, layerConf().getDataFormat());
  }

  /** Of the ReLU behind; 1 for none. */
  private static double slope(EmanBatchNormalization conf) {
    return conf.isRelu() ? conf.getSlope() : 1;
  }

  private void moveStatistics(EmanBatchNormalization conf, GroupStatistics batch, long count) {
    boolean finite =
        batch.moveInPlace(
            parameter(NormalizationParameters.MEAN),
            parameter(NormalizationParameters.VARIANCE),
            conf.getDecay(),
            (double) count / (count - 1));
    if (!finite) {
      // The ReLU behind would turn NaN into 0, and the loss would look healthy.
      throw new NonFiniteException(
          "the batch statistics of layer \""
              + conf.getLayerName()
              + "\" are NaN or infinite. Lower the learning rate, or look for bad input.");
    }
  }

  private INDArray parameter(String key) {
    return Verify.verifyNotNull(params.get(key));
  }

  private INDArray gradientView(String key) {
    return Verify.verifyNotNull(gradientViews.get(key));
  }

  /**
   * Refuses what has not as many channels as there are statistics.
   *
   * @throws IllegalArgumentException which says what was expected
   */
  public void checkInput(INDArray in) {
    EmanBatchNormalization conf = layerConf();
    CNN2DFormat format = conf.getDataFormat();
    int channels = in.rank() == 4 && format == CNN2DFormat.NHWC ? 3 : 1;
    checkArgument(
        (in.rank() == 2 || in.rank() == 4) && in.size(channels) == conf.getNOut(),
        "%s: expected input [N, %s] or 4-D input with %s channels (%s), got %s",
        layerId(),
        conf.getNOut(),
        conf.getNOut(),
        format,
        Arrays.toString(in.shape()));
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr mgr) {
    INDArray in = readInput();
    EmanBatchNormalization conf = layerConf();
    CNN2DFormat format = conf.getDataFormat();
    INDArray dy =
        Activations.readable(
            Activations.channelsFirst(epsilon, format),
            dataType,
            kernels,
            mgr,
            ArrayType.BP_WORKING_MEM);
    INDArray dx = Activations.gradientTarget(mgr, dy);
    INDArray dgamma = gradientView(NormalizationParameters.GAMMA);
    INDArray dbeta = gradientView(NormalizationParameters.BETA);
    INDArray gamma = parameter(NormalizationParameters.GAMMA);
    if (usedBatch && statistics != null) {
      statistics.normalizeBackward(
          kernels,
          mgr,
          in,
          dy,
          gamma,
          parameter(NormalizationParameters.BETA),
          conf.getEps(),
          slope(conf),
          dx,
          dgamma,
          dbeta);
    } else {
      // Only a frozen layer that passes gradients on comes here: statistics are constants.
      INDArray out = Activations.like(mgr, ArrayType.BP_WORKING_MEM, in);
      normalizeWithStored(in, out);
      Nd4jKernels.normalizeStoredBackward(
          in,
          out,
          dy,
          gamma,
          parameter(NormalizationParameters.MEAN),
          parameter(NormalizationParameters.VARIANCE),
          conf.getEps(),
          slope(conf),
          dx,
          dgamma,
          dbeta);
    }
    if (conf.isLockGammaBeta()) {
      dgamma.assign(0);
      dbeta.assign(0);
    }
    Gradient gradient = new DefaultGradient();
    gradientViews.forEach(gradient::setGradientFor);
    INDArray result = Activations.inFormat(dx, format);
    return new Pair<>(gradient, backpropDropOutIfPresent(result));
  }

  @Override
  public void clear() {
    super.clear();
    copiedInput = null;
  }
}
