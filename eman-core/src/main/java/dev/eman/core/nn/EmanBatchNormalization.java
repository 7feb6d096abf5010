package dev.eman.core.nn;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.nn.layer.NormalizationLayerImpl;
import dev.eman.core.nn.layer.NormalizationParameters;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * Batch normalisation whose statistics a teacher can average (EMAN, Cai et al. 2021, section 3.2):
 *
 * <pre>y = gamma (x - mean) / sqrt(var + eps) + beta</pre>
 *
 * <p>Input {@code [N, C, H, W]}, {@code [N, H, W, C]} or {@code [N, C]}, float or double;
 * parameters {@code gamma, beta, mean, var}, each {@code [C]}. It keeps the <em>variance</em>,
 * where DL4J's {@code BatchNormalization} keeps log10 of the deviation, whose average is not the
 * variance's average.
 *
 * <p>In training it normalises with the batch (biased variance) and moves the stored statistics
 * once per forward pass, the variance with the unbiased batch variance, as PyTorch does: {@code var
 * <- decay var + (1 - decay) n/(n-1) batchVar}. The statistics move in the forward pass, not
 * through the optimiser, so that no weight decay, momentum or clipping can touch them; their
 * gradient is always zero. In inference it uses the statistics that {@link TeacherStatistics}
 * names.
 */
public final class EmanBatchNormalization extends FeedForwardLayer {
  private static final long serialVersionUID = 1L;

  private double decay;
  private double eps;
  private double initialGamma;
  private double initialBeta;
  private boolean lockGammaBeta;
  private boolean relu;
  private double slope;
  private TeacherStatistics statistics;
  private CNN2DFormat dataFormat;

  /** For JSON. */
  @SuppressWarnings("unused")
  private EmanBatchNormalization() {
    this(new Builder());
  }

  private EmanBatchNormalization(Builder builder) {
    super(builder);
    this.decay = builder.decay;
    this.eps = builder.eps;
    this.initialGamma = builder.initialGamma;
    this.initialBeta = builder.initialBeta;
    this.lockGammaBeta = builder.lockGammaBeta;
    this.relu = builder.relu;
    this.slope = builder.slope;
    this.statistics = builder.statistics;
    this.dataFormat = builder.dataFormat;
    initializeConstraints(builder);
  }

  /** A builder with the defaults: decay 0.9, eps 1e-5, gamma 1, beta 0, no ReLU, AVERAGED, NCHW. */
  public static Builder builder() {
    return new Builder();
  }

  /** The weight of the old statistics in the running average; PyTorch's momentum is 1 - decay. */
  public double getDecay() {
    return decay;
  }

  /** Added to the variance under the root. */
  public double getEps() {
    return eps;
  }

  /** The value that gamma starts from. */
  public double getInitialGamma() {
    return initialGamma;
  }

  /** The value that beta starts from. */
  public double getInitialBeta() {
    return initialBeta;
  }

  /** Whether gamma and beta are constants. */
  public boolean isLockGammaBeta() {
    return lockGammaBeta;
  }

  /** Whether the output passes through a fused ReLU. */
  public boolean isRelu() {
    return relu;
  }

  /** The slope of the fused ReLU below zero: 0, or more for a leaky one. */
  public double getSlope() {
    return slope;
  }

  /** The statistics that inference normalises with. */
  public TeacherStatistics getStatistics() {
    return statistics;
  }

  /** Sets the statistics of inference; a teacher sets this on its own copy of the network. */
  public void setStatistics(TeacherStatistics statistics) {
    this.statistics = statistics;
  }

  /** The format of 4-D input and output. */
  public CNN2DFormat getDataFormat() {
    return dataFormat;
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      @Nullable Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    LayerValidation.assertNOutSet("EmanBatchNormalization", getLayerName(), layerIndex, nOut);
    NormalizationLayerImpl layer = new NormalizationLayerImpl(conf, networkDataType);
    layer.setListeners(trainingListeners);
    layer.setIndex(layerIndex);
    layer.setParamsViewArray(layerParamsView);
    layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
    layer.setConf(conf);
    return layer;
  }

  @Override
  public ParamInitializer initializer() {
    return NormalizationParameters.INSTANCE;
  }

  @Override
  public InputType getOutputType(int layerIndex, @Nullable InputType inputType) {
    if (inputType != null) {
      switch (inputType.getType()) {
        case FF, CNN, CNNFlat -> {
          return inputType;
        }
        default -> {}
      }
    }
    throw new IllegalStateException(
        "layer \""
            + getLayerName()
            + "\": expected feed-forward or convolutional input, got "
            + inputType);
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    if (inputType instanceof InputType.InputTypeConvolutional cnn) {
      dataFormat = cnn.getFormat();
    }
    if (nIn <= 0 || override) {
      if (inputType instanceof InputType.InputTypeConvolutional cnn) {
        nIn = cnn.getChannels();
      } else if (inputType instanceof InputType.InputTypeConvolutionalFlat flat) {
        nIn = flat.getDepth();
      } else if (inputType instanceof InputType.InputTypeFeedForward ff) {
        nIn = ff.getSize();
      } else {
        getOutputType(-1, inputType); // throws
      }
    }
    nOut = nIn;
  }

  @Override
  public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return inputType instanceof InputType.InputTypeConvolutionalFlat flat
        ? new FeedForwardToCnnPreProcessor(flat.getHeight(), flat.getWidth(), flat.getDepth())
        : null;
  }

  /** None: neither statistics nor, as in DL4J's own layer, gamma and beta are regularised. */
  @Override
  public @Nullable List<Regularization> getRegularizationByParam(String paramName) {
    return null;
  }

  @Override
  public IUpdater getUpdaterByParam(String paramName) {
    return lockGammaBeta || NormalizationParameters.isStatistic(paramName) ? new NoOp() : iUpdater;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    return MemoryReports.of(this, initializer().numParams(this), inputType);
  }

  @Override
  public EmanBatchNormalization clone() {
    return (EmanBatchNormalization) super.clone();
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof EmanBatchNormalization b
        && super.equals(o)
        && decay == b.decay
        && eps == b.eps
        && initialGamma == b.initialGamma
        && initialBeta == b.initialBeta
        && lockGammaBeta == b.lockGammaBeta
        && relu == b.relu
        && slope == b.slope
        && statistics == b.statistics
        && dataFormat == b.dataFormat;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        super.hashCode(),
        decay,
        eps,
        initialGamma,
        initialBeta,
        lockGammaBeta,
        relu,
        slope,
        statistics,
        dataFormat);
  }

  /** Builds an {@link EmanBatchNormalization}. */
  @SuppressWarnings("unchecked") // DL4J declares build() with a return type of the caller's choice
  public static final class Builder extends FeedForwardLayer.Builder<Builder> {
    private double decay = 0.9;
    private double eps = 1e-5;
    private double initialGamma = 1;
    private double initialBeta;
    private boolean lockGammaBeta;
    private boolean relu;
    private double slope;
    private TeacherStatistics statistics = TeacherStatistics.AVERAGED;
    private CNN2DFormat dataFormat = CNN2DFormat.NCHW;

    private Builder() {
      this.activationFn = new ActivationIdentity();
    }

    /** The weight of the old statistics, from 0 to 1. */
    public Builder decay(double decay) {
      checkArgument(decay >= 0 && decay <= 1, "decay: expected from 0 to 1, got %s", decay);
      this.decay = decay;
      return this;
    }

    /** Added to the variance; positive. */
    public Builder eps(double eps) {
      checkArgument(eps > 0, "eps: expected a positive number, got %s", eps);
      this.eps = eps;
      return this;
    }

    /** The values that gamma and beta start from. */
    public Builder initial(double gamma, double beta) {
      this.initialGamma = gamma;
      this.initialBeta = beta;
      return this;
    }

    /** Keeps gamma and beta at their initial values. */
    public Builder lockGammaBeta(boolean lock) {
      this.lockGammaBeta = lock;
      return this;
    }

    /** Fuses a ReLU after the normalisation: one pass over memory fewer in each direction. */
    public Builder relu(boolean relu) {
      this.relu = relu;
      this.slope = 0;
      return this;
    }

    /** Fuses a leaky ReLU, max(x, slope x), after the normalisation. */
    public Builder leakyRelu(double slope) {
      checkArgument(slope >= 0 && slope < 1, "slope: expected from 0 to below 1, got %s", slope);
      this.relu = true;
      this.slope = slope;
      return this;
    }

    /** The statistics that inference normalises with. */
    public Builder statistics(TeacherStatistics statistics) {
      this.statistics = statistics;
      return this;
    }

    /** The format of 4-D data; set from the input type where the network declares one. */
    public Builder dataFormat(CNN2DFormat format) {
      this.dataFormat = format;
      return this;
    }

    /** The layer; an activation that it would not apply is refused. */
    @Override
    public EmanBatchNormalization build() {
      checkArgument(
          activationFn instanceof ActivationIdentity,
          "activation: expected none, got %s; use relu(true), leakyRelu(slope) or an activation"
              + " layer behind",
          activationFn);
      return new EmanBatchNormalization(this);
    }
  }
}
