package dev.eman.core.nn;

import dev.eman.core.nn.layer.ResidualAddVertexImpl;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The sum of two branches of one shape, {@code [N, C, H, W]} or {@code [N, C]}, with an optional
 * fused ReLU: one pass over memory forwards, and backwards one for the ReLU and none for the sum.
 */
public final class ResidualAdd extends GraphVertex {
  private static final long serialVersionUID = 1L;

  private final boolean relu;
  private CNN2DFormat dataFormat;

  /** A sum for NCHW data. */
  public ResidualAdd(boolean relu) {
    this(relu, CNN2DFormat.NCHW);
  }

  /** A sum for data in the given format. */
  public ResidualAdd(
      @JsonProperty("relu") boolean relu, @JsonProperty("dataFormat") CNN2DFormat dataFormat) {
    this.relu = relu;
    this.dataFormat = dataFormat;
  }

  /** Whether the sum passes through a ReLU. */
  public boolean isRelu() {
    return relu;
  }

  /** The format of 4-D data. */
  public CNN2DFormat getDataFormat() {
    return dataFormat;
  }

  @Override
  public ResidualAdd clone() {
    return new ResidualAdd(relu, dataFormat);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof ResidualAdd r && relu == r.relu && dataFormat == r.dataFormat;
  }

  @Override
  public int hashCode() {
    return Boolean.hashCode(relu) * 31 + dataFormat.hashCode();
  }

  @Override
  public long numParams(boolean backprop) {
    return 0;
  }

  @Override
  public int minVertexInputs() {
    return 2;
  }

  @Override
  public int maxVertexInputs() {
    return 2;
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int idx,
      INDArray paramsView,
      boolean initializeParams,
      DataType networkDatatype) {
    return new ResidualAddVertexImpl(graph, name, idx, this, networkDatatype);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... vertexInputs) {
    if (vertexInputs.length != 2 || !vertexInputs[0].equals(vertexInputs[1])) {
      throw new IllegalStateException(
          "residual addition: expected two inputs of one type, got "
              + java.util.Arrays.toString(vertexInputs));
    }
    if (vertexInputs[0] instanceof InputType.InputTypeConvolutional cnn) {
      dataFormat = cnn.getFormat();
    }
    return vertexInputs[0];
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputTypes) {
    return new LayerMemoryReport.Builder(null, ResidualAdd.class, inputTypes[0], inputTypes[0])
        .standardMemory(0, 0)
        .workingMemory(0, 0, 0, 0)
        .cacheMemory(0, 0)
        .build();
  }
}
