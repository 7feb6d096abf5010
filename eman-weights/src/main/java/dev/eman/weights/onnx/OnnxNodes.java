package dev.eman.weights.onnx;

import com.google.common.primitives.Doubles;
import com.google.common.primitives.Floats;
import com.google.common.primitives.Longs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.protobuf.ByteString;

/** A graph of ONNX under construction. Every tensor in it has a name of its own. */
final class OnnxNodes {
  private final GraphProto.Builder graph;
  private final Set<String> names = new HashSet<>();

  OnnxNodes() {
    this(GraphProto.newBuilder().setName("eman").build());
  }

  /** Continues a graph; its outputs are no outputs any more. */
  OnnxNodes(GraphProto begun) {
    graph = begun.toBuilder().clearOutput();
    begun.getInputList().forEach(input -> names.add(input.getName()));
    begun.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
    for (NodeProto node : begun.getNodeList()) {
      names.add(node.getName());
      names.addAll(node.getOutputList());
    }
  }

  GraphProto build() {
    return graph.build();
  }

  /** Declares the input: float32, the first dimension of any size. */
  String input(String name, long... shape) {
    graph.addInput(value(unique(name), shape));
    return name;
  }

  /** Declares the output: float32, the first dimension of any size. */
  void output(String name, long... shape) {
    graph.addOutput(value(name, shape));
  }

  private static ValueInfoProto value(String name, long... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    dimensions.addDimBuilder().setDimParam("batch");
    for (long size : shape) {
      dimensions.addDimBuilder().setDimValue(size);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT_VALUE)
                        .setShape(dimensions)))
        .build();
  }

  /**
   * Adds an operation with one output.
   *
   * @param output the name of its output, changed if there is a tensor of this name
   * @return the name of its output
   */
  String add(String type, String output, List<String> inputs, AttributeProto... attributes) {
    String name = unique(output);
    NodeProto.Builder node =
        graph
            .addNodeBuilder()
            .setOpType(type)
            .setName(name)
            .addAllInput(inputs)
            .addOutput(name)
            .addAllAttribute(List.of(attributes));
    return node.getOutput(0);
  }

  /** Names the last operation's output; returns the name. */
  String rename(String tensor, String wanted) {
    NodeProto.Builder last =
        graph.getNodeCount() == 0 ? null : graph.getNodeBuilder(graph.getNodeCount() - 1);
    if (tensor.equals(wanted)) {
      return tensor;
    }
    if (last == null || !last.getOutput(0).equals(tensor)) {
      return add("Identity", wanted, List.of(tensor));
    }
    String name = unique(wanted);
    last.setOutput(0, name);
    return name;
  }

  /** Adds a tensor that does not change, float32 in c order; returns its name. */
  String constant(String name, float[] values, long... shape) {
    String chosen = unique(name);
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES));
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(chosen)
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .addAllDims(Longs.asList(shape))
            .setRawData(ByteString.copyFrom(bytes.array())));
    return chosen;
  }

  String constant(String name, INDArray values) {
    return constant(name, values.dup('c').data().asFloat(), values.shape());
  }

  String constant(String name, double[] values) {
    return constant(name, Floats.toArray(Doubles.asList(values)), values.length);
  }

  /** Adds an int64 scalar that does not change; returns its name. */
  String index(String name, long value) {
    String chosen = unique(name);
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(chosen)
            .setDataType(TensorProto.DataType.INT64_VALUE)
            .addInt64Data(value));
    return chosen;
  }

  private String unique(String wanted) {
    String name = wanted;
    for (int i = 2; !names.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  static AttributeProto ints(String name, int... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (int value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto real(String name, double value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF((float) value)
        .build();
  }

  static AttributeProto text(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }
}
