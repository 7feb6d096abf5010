package dev.eman.core.nn;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.nn.kernel.ConvolutionGeometry;
import dev.eman.core.nn.layer.ConvolutionLayerImpl;
import dev.eman.core.nn.layer.ConvolutionParameters;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.InputTypeUtil;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * 2-D convolution that reaches oneDNN on the CPU and cuDNN on CUDA, where DL4J's {@code
 * ConvolutionLayer} unrolls the image. Input {@code [N, C, H, W]} (or {@code [N, H, W, C]}),
 * weights {@code W [nOut, nIn, kH, kW]} in c order, optional bias {@code b [nOut]}; float or
 * double. No bias and no activation by default, since a normalisation usually follows.
 */
public final class Convolution extends FeedForwardLayer {
  private static final long serialVersionUID = 1L;

  private int[] kernel = {3, 3};
  private int[] stride = {1, 1};
  private int[] dilation = {1, 1};
  private int[] padding = {0, 0, 0, 0};
  private PaddingMode paddingMode = PaddingMode.EXPLICIT;

  @JsonProperty("hasBias")
  private boolean bias;

  private CNN2DFormat dataFormat = CNN2DFormat.NCHW;

  /** For JSON. */
  @SuppressWarnings("unused")
  private Convolution() {
    this(new Builder(3, 3));
  }

  private Convolution(Builder builder) {
    super(builder);
    this.kernel = builder.kernel;
    this.stride = builder.stride;
    this.dilation = builder.dilation;
    this.padding = builder.padding;
    this.paddingMode = builder.paddingMode;
    this.bias = builder.bias;
    this.dataFormat = builder.dataFormat;
    initializeConstraints(builder);
  }

  /** A builder for a square kernel. */
  public static Builder builder(int kernelSize) {
    return new Builder(kernelSize, kernelSize);
  }

  /** Kernel height and width. */
  public int[] getKernel() {
    return kernel.clone();
  }

  /** Vertical and horizontal stride. */
  public int[] getStride() {
    return stride.clone();
  }

  /** Vertical and horizontal dilation; 1 is none. */
  public int[] getDilation() {
    return dilation.clone();
  }

  /** Padding at the top, left, bottom and right; unused in {@link PaddingMode#SAME}. */
  public int[] getPadding() {
    return padding.clone();
  }

  /** Explicit or computed padding. */
  public PaddingMode getPaddingMode() {
    return paddingMode;
  }

  /** Whether there is a bias. */
  public boolean hasBias() {
    return bias;
  }

  /** The format of input and output. */
  public CNN2DFormat getDataFormat() {
    return dataFormat;
  }

  /** The sizes for one input, {@code n} images of {@code h} rows and {@code w} columns. */
  public ConvolutionGeometry geometry(long n, long h, long w) {
    int[] pads =
        paddingMode == PaddingMode.SAME ? Padding.same(h, w, kernel, stride, dilation) : padding;
    return new ConvolutionGeometry(
        n,
        nIn,
        h,
        w,
        nOut,
        kernel[0],
        kernel[1],
        stride[0],
        stride[1],
        dilation[0],
        dilation[1],
        pads[0],
        pads[1],
        pads[2],
        pads[3]);
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      @Nullable Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    LayerValidation.assertNInNOutSet("Convolution", getLayerName(), layerIndex, nIn, nOut);
    ConvolutionLayerImpl layer = new ConvolutionLayerImpl(conf, networkDataType);
    layer.setListeners(trainingListeners);
    layer.setIndex(layerIndex);
    layer.setParamsViewArray(layerParamsView);
    layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
    layer.setConf(conf);
    return layer;
  }

  @Override
  public ParamInitializer initializer() {
    return ConvolutionParameters.INSTANCE;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    InputType.InputTypeConvolutional in = convolutional(inputType);
    ConvolutionGeometry g = geometry(1, in.getHeight(), in.getWidth());
    return InputType.convolutional(g.outHeight(), g.outWidth(), nOut, dataFormat);
  }

  private InputType.InputTypeConvolutional convolutional(@Nullable InputType inputType) {
    if (inputType instanceof InputType.InputTypeConvolutional in) {
      return in;
    }
    throw new IllegalStateException(
        "layer \"" + getLayerName() + "\": expected convolutional input, got " + inputType);
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    InputType.InputTypeConvolutional in = convolutional(inputType);
    if (nIn <= 0 || override) {
      nIn = in.getChannels();
    }
    dataFormat = in.getFormat();
  }

  @Override
  public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return InputTypeUtil.getPreProcessorForInputTypeCnnLayers(inputType, getLayerName());
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    return MemoryReports.of(this, initializer().numParams(this), inputType);
  }

  @Override
  public Convolution clone() {
    Convolution clone = (Convolution) super.clone();
    clone.kernel = kernel.clone();
    clone.stride = stride.clone();
    clone.dilation = dilation.clone();
    clone.padding = padding.clone();
    return clone;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Convolution c
        && super.equals(o)
        && Arrays.equals(kernel, c.kernel)
        && Arrays.equals(stride, c.stride)
        && Arrays.equals(dilation, c.dilation)
        && Arrays.equals(padding, c.padding)
        && paddingMode == c.paddingMode
        && bias == c.bias
        && dataFormat == c.dataFormat;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        super.hashCode(),
        Arrays.hashCode(kernel),
        Arrays.hashCode(stride),
        Arrays.hashCode(dilation),
        Arrays.hashCode(padding),
        paddingMode,
        bias,
        dataFormat);
  }

  /** Builds a {@link Convolution}. Defaults: stride 1, dilation 1, padding 0, no bias, NCHW. */
  @SuppressWarnings("unchecked") // DL4J declares build() with a return type of the caller's choice
  public static final class Builder extends FeedForwardLayer.Builder<Builder> {
    private final int[] kernel;
    private int[] stride = {1, 1};
    private int[] dilation = {1, 1};
    private int[] padding = {0, 0, 0, 0};
    private PaddingMode paddingMode = PaddingMode.EXPLICIT;
    private boolean bias;
    private CNN2DFormat dataFormat = CNN2DFormat.NCHW;

    /** A kernel of this height and width. */
    public Builder(int kernelHeight, int kernelWidth) {
      checkArgument(
          kernelHeight > 0 && kernelWidth > 0,
          "kernel: expected positive sizes, got %sx%s",
          kernelHeight,
          kernelWidth);
      this.kernel = new int[] {kernelHeight, kernelWidth};
      this.activationFn = new ActivationIdentity();
    }

    /** The same stride in both directions. */
    public Builder stride(int stride) {
      return stride(stride, stride);
    }

    /** Vertical and horizontal stride, at least 1. */
    public Builder stride(int vertical, int horizontal) {
      checkArgument(
          vertical > 0 && horizontal > 0,
          "stride: expected at least 1, got %s, %s",
          vertical,
          horizontal);
      this.stride = new int[] {vertical, horizontal};
      return this;
    }

    /** Vertical and horizontal dilation, at least 1. */
    public Builder dilation(int vertical, int horizontal) {
      checkArgument(
          vertical > 0 && horizontal > 0,
          "dilation: expected at least 1, got %s, %s",
          vertical,
          horizontal);
      this.dilation = new int[] {vertical, horizontal};
      return this;
    }

    /** The same explicit padding on every side. */
    public Builder padding(int everySide) {
      return padding(everySide, everySide, everySide, everySide);
    }

    /** Explicit padding of each side, at least 0. */
    public Builder padding(int top, int left, int bottom, int right) {
      checkArgument(
          top >= 0 && left >= 0 && bottom >= 0 && right >= 0,
          "padding: expected at least 0, got %s, %s, %s, %s",
          top,
          left,
          bottom,
          right);
      this.padding = new int[] {top, left, bottom, right};
      this.paddingMode = PaddingMode.EXPLICIT;
      return this;
    }

    /** Computed padding, as DL4J's {@code ConvolutionMode.Same}. */
    public Builder samePadding() {
      this.padding = new int[] {0, 0, 0, 0};
      this.paddingMode = PaddingMode.SAME;
      return this;
    }

    /** Whether a bias is added. */
    public Builder hasBias(boolean hasBias) {
      this.bias = hasBias;
      return this;
    }

    /** The format of the data; set from the input type where the network declares one. */
    public Builder dataFormat(CNN2DFormat format) {
      this.dataFormat = format;
      return this;
    }

    @Override
    public Convolution build() {
      return new Convolution(this);
    }
  }
}
