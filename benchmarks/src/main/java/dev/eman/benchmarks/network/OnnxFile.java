package dev.eman.benchmarks.network;

import com.google.common.primitives.Longs;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.protobuf.ByteString;

/**
 * A network as an ONNX model (opset 13), as a user would export it: normalisation is not folded
 * into the convolutions; that is left to the runtime. Written with ONNX's schema as ND4J brings it.
 */
public final class OnnxFile {
  private static final int OPSET = 13;
  private static final int IR_VERSION = 7; // Of ONNX 1.8, which has opset 13.

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("eman");

  private OnnxFile() {}

  /**
   * Writes a model with one input, {@link NetworkPlan#INPUT}, and one output, the logits.
   *
   * @param images the shape of the input {@code [N, C, H, W]}, which the model is fixed to
   * @param classes length of the logits
   */
  public static void write(NetworkPlan plan, long[] images, int classes, Path file)
      throws IOException {
    OnnxFile onnx = new OnnxFile();
    plan.operations().forEach(onnx::add);
    String last = plan.operations().get(plan.operations().size() - 1).name();
    onnx.graph.addInput(value(NetworkPlan.INPUT, images));
    onnx.graph.addOutput(value(last, images[0], classes));
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("eman")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
            .setGraph(onnx.graph)
            .build();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      model.writeTo(out);
    }
  }

  private void add(Operation o) {
    switch (o.kind()) {
      case CONVOLUTION ->
          node("Conv", o, "weight")
              .addAttribute(ints("kernel_shape", o.whole(2), o.whole(2)))
              .addAttribute(ints("strides", o.whole(3), o.whole(3)))
              .addAttribute(pads(o.whole(4)));
      case NORMALIZATION ->
          node("BatchNormalization", o, "gamma", "beta", "mean", "variance")
              .addAttribute(real("epsilon", o.numbers().get(1)));
      case RELU -> {
        double slope = o.numbers().get(0);
        NodeProto.Builder node = node(slope == 0 ? "Relu" : "LeakyRelu", o);
        if (slope != 0) {
          node.addAttribute(real("alpha", slope));
        }
      }
      case MAX_POOL ->
          node("MaxPool", o)
              .addAttribute(ints("kernel_shape", o.whole(0), o.whole(0)))
              .addAttribute(ints("strides", o.whole(1), o.whole(1)))
              .addAttribute(pads(o.whole(2)));
      case ADD -> node("Add", o);
      case GLOBAL_AVERAGE -> {
        String pooled = o.name() + ".pooled";
        node("GlobalAveragePool", o).setOutput(0, pooled);
        node("Flatten", o).setInput(0, pooled);
      }
      case LINEAR -> node("Gemm", o, "weight", "bias").addAttribute(integer("transB", 1));
    }
  }

  /** Adds a node with the operation's inputs and parameters and one output of its name. */
  private NodeProto.Builder node(String type, Operation o, String... parameters) {
    NodeProto.Builder node =
        graph.addNodeBuilder().setOpType(type).addAllInput(o.inputs()).addOutput(o.name());
    for (int i = 0; i < parameters.length; i++) {
      String name = o.name() + "." + parameters[i];
      graph.addInitializer(tensor(name, o.parameters().get(i)));
      node.addInput(name);
    }
    return node;
  }

  private static TensorProto tensor(String name, INDArray values) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorProto.DataType.FLOAT_VALUE)
        .addAllDims(Longs.asList(values.shape()))
        .setRawData(ByteString.copyFrom(PlainFiles.littleEndian(values)))
        .build();
  }

  private static ValueInfoProto value(String name, long... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
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

  private static AttributeProto pads(long side) {
    return ints("pads", side, side, side, side);
  }

  private static AttributeProto ints(String name, long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(Longs.asList(values))
        .build();
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static AttributeProto real(String name, double value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF((float) value)
        .build();
  }
}
