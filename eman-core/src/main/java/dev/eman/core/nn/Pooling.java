package dev.eman.core.nn;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.nn.kernel.PoolingGeometry;
import dev.eman.core.nn.layer.PoolingLayerImpl;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.InputTypeUtil;
import org.deeplearning4j.nn.conf.layers.NoParamLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Maximum or average pooling over windows of {@code [N, C, H, W]}, or the average over the whole
 * image, which gives features {@code [N, C]}. Average pooling divides by the part of the window
 * that lies inside the image unless {@link Builder#includePadding} says otherwise.
 *
 * <p>As DL4J's pooling it applies no dropout, also not a network's own ({@code
 * NeuralNetConfiguration.Builder.dropOut}).
 */
public final class Pooling extends NoParamLayer {
  private static final long serialVersionUID = 1L;

  /** The function of each window. */
  public enum Kind {
    /** The maximum. */
    MAX,
    /** The mean. */
    AVERAGE,
    /** The mean over all positions of the image; the output has rank 2. */
    GLOBAL_AVERAGE
  }

  private Kind kind = Kind.MAX;
  @JsonProperty private int[] kernel = {1, 1};
  @JsonProperty private int[] stride = {1, 1};
  @JsonProperty private int[] padding = {0, 0, 0, 0};
  @JsonProperty private PaddingMode paddingMode = PaddingMode.EXPLICIT;
  @JsonProperty private boolean includePadding;
  private CNN2DFormat dataFormat = CNN2DFormat.NCHW;

  /** For JSON. */
  @SuppressWarnings("unused")
  private Pooling() {}

  private Pooling(Builder builder) {
    super(builder);
    this.kind = builder.kind;
    this.kernel = builder.kernel;
    this.stride = builder.stride;
    this.padding = builder.padding;
    this.paddingMode = builder.paddingMode;
    this.includePadding = builder.includePadding;
    this.dataFormat = builder.dataFormat;
  }

  /** A builder for maxima over square windows. */
  public static Builder max(int kernel, int stride) {
    return new Builder(Kind.MAX, kernel, kernel, stride, stride);
  }

  /** A builder for means over square windows. */
  public static Builder average(int kernel, int stride) {
    return new Builder(Kind.AVERAGE, kernel, kernel, stride, stride);
  }

  /** The mean over the image: {@code [N, C, H, W]} to {@code [N, C]}. */
  public static Pooling globalAverage() {
    return new Builder(Kind.GLOBAL_AVERAGE, 1, 1, 1, 1).build();
  }

  /** The function of each window. */
  public Kind getKind() {
    return kind;
  }

  /** Height and width of the windows; unused in {@link Kind#GLOBAL_AVERAGE}. */
  public int[] getKernel() {
    return kernel.clone();
  }

  /** Vertical and horizontal stride. */
  public int[] getStride() {
    return stride.clone();
  }

  /** Padding at the top, left, bottom and right; unused in {@link PaddingMode#SAME}. */
  public int[] getPadding() {
    return padding.clone();
  }

  /** How the padding is chosen. */
  public PaddingMode getPaddingMode() {
    return paddingMode;
  }

  /** Whether means divide by the whole window where it reaches over the border. */
  public boolean isIncludePadding() {
    return includePadding;
  }

  /** The format of the input. */
  public CNN2DFormat getDataFormat() {
    return dataFormat;
  }

  /** The sizes for one input {@code [n, c, h, w]}. */
  public PoolingGeometry geometry(long n, long c, long h, long w) {
    if (kind == Kind.GLOBAL_AVERAGE) {
      return new PoolingGeometry(
          false, false, n, c, h, w, (int) h, (int) w, (int) h, (int) w, 0, 0, 0, 0);
    }
    int[] pads =
        paddingMode == PaddingMode.SAME
            ? Padding.same(h, w, kernel, stride, new int[] {1, 1})
            : padding;
    return new PoolingGeometry(
        kind == Kind.MAX,
        includePadding,
        n,
        c,
        h,
        w,
        kernel[0],
        kernel[1],
        stride[0],
        stride[1],
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
    PoolingLayerImpl layer = new PoolingLayerImpl(conf, networkDataType);
    layer.setListeners(trainingListeners);
    layer.setIndex(layerIndex);
    layer.setConf(conf);
    return layer;
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    if (inputType instanceof InputType.InputTypeConvolutional cnn) {
      dataFormat = cnn.getFormat();
    }
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    if (!(inputType instanceof InputType.InputTypeConvolutional cnn)) {
      throw new IllegalStateException(
          "layer \"" + getLayerName() + "\": expected convolutional input, got " + inputType);
    }
    if (kind == Kind.GLOBAL_AVERAGE) {
      return InputType.feedForward(cnn.getChannels());
    }
    PoolingGeometry g = geometry(1, cnn.getChannels(), cnn.getHeight(), cnn.getWidth());
    return InputType.convolutional(g.outHeight(), g.outWidth(), cnn.getChannels(), cnn.getFormat());
  }

  @Override
  public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return InputTypeUtil.getPreProcessorForInputTypeCnnLayers(inputType, getLayerName());
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    return MemoryReports.of(this, 0, inputType);
  }

  @Override
  public Pooling clone() {
    Pooling clone = (Pooling) super.clone();
    clone.kernel = kernel.clone();
    clone.stride = stride.clone();
    clone.padding = padding.clone();
    return clone;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Pooling p
        && super.equals(o)
        && kind == p.kind
        && Arrays.equals(kernel, p.kernel)
        && Arrays.equals(stride, p.stride)
        && Arrays.equals(padding, p.padding)
        && paddingMode == p.paddingMode
        && includePadding == p.includePadding
        && dataFormat == p.dataFormat;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        super.hashCode(),
        kind,
        Arrays.hashCode(kernel),
        Arrays.hashCode(stride),
        Arrays.hashCode(padding),
        paddingMode,
        includePadding,
        dataFormat);
  }

  /** Builds a {@link Pooling}. */
  @SuppressWarnings("unchecked") // DL4J declares build() with a return type of the caller's choice
  public static final class Builder
      extends org.deeplearning4j.nn.conf.layers.Layer.Builder<Builder> {
    private final Kind kind;
    private final int[] kernel;
    private final int[] stride;
    private int[] padding = {0, 0, 0, 0};
    private PaddingMode paddingMode = PaddingMode.EXPLICIT;
    private boolean includePadding;
    private CNN2DFormat dataFormat = CNN2DFormat.NCHW;

    /** Windows of any height, width and strides. */
    public Builder(
        Kind kind, int kernelHeight, int kernelWidth, int strideVertical, int strideHorizontal) {
      checkArgument(
          kernelHeight > 0 && kernelWidth > 0 && strideVertical > 0 && strideHorizontal > 0,
          "pooling: expected positive sizes, got kernel %sx%s, stride %s, %s",
          kernelHeight,
          kernelWidth,
          strideVertical,
          strideHorizontal);
      this.kind = kind;
      this.kernel = new int[] {kernelHeight, kernelWidth};
      this.stride = new int[] {strideVertical, strideHorizontal};
    }

    /** The same explicit padding on every side; at most half the kernel. */
    public Builder padding(int everySide) {
      return padding(everySide, everySide, everySide, everySide);
    }

    /** Explicit padding of each side, at least 0 and at most half the kernel. */
    public Builder padding(int top, int left, int bottom, int right) {
      PoolingGeometry.checkPadding(kernel[0], kernel[1], top, left, bottom, right);
      this.padding = new int[] {top, left, bottom, right};
      this.paddingMode = PaddingMode.EXPLICIT;
      return this;
    }

    /** Computed padding, as DL4J's {@code ConvolutionMode.Same}. */
    public Builder samePadding() {
      this.paddingMode = PaddingMode.SAME;
      return this;
    }

    /** Whether means divide by the whole window where it reaches over the border. */
    public Builder includePadding(boolean include) {
      this.includePadding = include;
      return this;
    }

    /** The format of the data; set from the input type where the network declares one. */
    public Builder dataFormat(CNN2DFormat format) {
      this.dataFormat = format;
      return this;
    }

    /** The layer; dropout, which it would not apply, is refused. */
    @Override
    public Pooling build() {
      checkArgument(
          iDropout == null,
          "pooling: expected no dropout, got %s; put a DropoutLayer before it",
          iDropout);
      return new Pooling(this);
    }
  }
}
