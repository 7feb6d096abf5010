package dev.eman.core.nn;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.nn.layer.ReluLayerImpl;
import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.NoParamLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * y = max(slope x, x), slope 0 by default, in one pass, and one in place backwards. Any input of
 * rank 2 or 4. After a normalisation or an addition prefer their fused ReLU. As DL4J's {@code
 * ActivationLayer} it applies no dropout, also not a network's own: put a {@code DropoutLayer}
 * before it.
 */
public final class Relu extends NoParamLayer {
  private static final long serialVersionUID = 1L;

  private double slope;
  private CNN2DFormat dataFormat = CNN2DFormat.NCHW;

  /** A ReLU; the data format is taken from the input type. */
  public Relu() {}

  /** A leaky ReLU, max(x, slope x). */
  public static Relu leaky(double slope) {
    checkArgument(slope >= 0 && slope < 1, "slope: expected from 0 to below 1, got %s", slope);
    Relu relu = new Relu();
    relu.slope = slope;
    return relu;
  }

  Relu withFormat(CNN2DFormat format) {
    this.dataFormat = format;
    return this;
  }

  /** The slope below zero. */
  public double getSlope() {
    return slope;
  }

  /** The format of 4-D data. */
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
    ReluLayerImpl layer = new ReluLayerImpl(conf, networkDataType);
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
    return inputType;
  }

  @Override
  public @Nullable InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return null;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    return MemoryReports.of(this, 0, inputType);
  }

  @Override
  public Relu clone() {
    return (Relu) super.clone();
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Relu r && super.equals(o) && slope == r.slope && dataFormat == r.dataFormat;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), slope, dataFormat);
  }
}
