package dev.eman.onnx;

import com.google.common.primitives.Longs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.protobuf.ByteString;

/** Small models of several forms, as other programs write them. */
final class SmallModels {
  private SmallModels() {}

  static ValueInfoProto value(String name, DataType type, long... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long size : shape) {
      if (size < 0) {
        dimensions.addDimBuilder().setDimParam("any" + dimensions.getDimCount());
      } else {
        dimensions.addDimBuilder().setDimValue(size);
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(type.getNumber())
                        .setShape(dimensions)))
        .build();
  }

  static NodeProto node(String type, String in, String out, AttributeProto... attributes) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .addInput(in)
        .addOutput(out)
        .addAllAttribute(List.of(attributes))
        .build();
  }

  static ModelProto.Builder model(GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(7)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
        .setGraph(graph.setName("test"));
  }

  static Path save(Path folder, GraphProto.Builder graph) throws IOException {
    return save(folder, model(graph));
  }

  static Path save(Path folder, ModelProto.Builder model) throws IOException {
    Path file = Files.createTempFile(folder, "model", ".onnx");
    return Files.write(file, model.build().toByteArray());
  }

  /** The pixels of images of 8 x 8, one after the other: float32 {@code [N, 192]}. */
  static GraphProto.Builder flat() {
    return flat(8);
  }

  /** The same of a square of another size. */
  static GraphProto.Builder flat(int size) {
    return GraphProto.newBuilder()
        .addInput(value("x", DataType.FLOAT, -1, 3, size, size))
        .addNode(node("Flatten", "x", "y"))
        .addOutput(value("y", DataType.FLOAT, -1, 3L * size * size));
  }

  /** The same less their mean over a batch, which is of two images. */
  static GraphProto.Builder lessTheMeanOfTwo() {
    AttributeProto batch =
        AttributeProto.newBuilder()
            .setName("axes")
            .setType(AttributeProto.AttributeType.INTS)
            .addInts(0)
            .build();
    return GraphProto.newBuilder()
        .addInput(value("x", DataType.FLOAT, 2, 3, 8, 8))
        .addNode(node("Flatten", "x", "pixels"))
        .addNode(node("ReduceMean", "pixels", "mean", batch))
        .addNode(node("Sub", "pixels", "y").toBuilder().addInput("mean"))
        .addOutput(value("y", DataType.FLOAT, 2, 192));
  }

  /** The same of gray images: {@code [N, 64]}. */
  static GraphProto.Builder gray() {
    return GraphProto.newBuilder()
        .addInput(value("x", DataType.FLOAT, -1, 1, 8, 8))
        .addNode(node("Flatten", "x", "y"))
        .addOutput(value("y", DataType.FLOAT, -1, 64));
  }

  /** The same in colour of 4 x 4, for one image of bytes with channels last: {@code [1, 48]}. */
  static GraphProto.Builder bytes() {
    AttributeProto toFloat =
        AttributeProto.newBuilder()
            .setName("to")
            .setType(AttributeProto.AttributeType.INT)
            .setI(DataType.FLOAT_VALUE)
            .build();
    return GraphProto.newBuilder()
        .addInput(value("x", DataType.UINT8, 1, 4, 4, 3))
        .addNode(node("Cast", "x", "floats", toFloat))
        .addNode(node("Flatten", "floats", "y"))
        .addOutput(value("y", DataType.FLOAT, 1, 48));
  }

  /** The images themselves, of any size. */
  static GraphProto.Builder maps() {
    return GraphProto.newBuilder()
        .addInput(value("x", DataType.FLOAT, -1, 3, -1, -1))
        .addNode(node("Identity", "x", "y"))
        .addOutput(value("y", DataType.FLOAT, -1, 3, -1, -1));
  }

  /** The same with channels last, of the input or of the output alone. */
  static GraphProto.Builder mapsLast(boolean input) {
    NodeProto.Builder turned = node("Transpose", "x", "y").toBuilder();
    turned
        .addAttributeBuilder()
        .setName("perm")
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(Longs.asList(0, 2, 3, 1));
    return input
        ? GraphProto.newBuilder()
            .addInput(value("x", DataType.FLOAT, -1, -1, -1, 3))
            .addNode(node("Identity", "x", "y"))
            .addOutput(value("y", DataType.FLOAT, -1, -1, -1, 3))
        : GraphProto.newBuilder()
            .addInput(value("x", DataType.FLOAT, -1, 3, 4, 4))
            .addNode(turned)
            .addOutput(value("y", DataType.FLOAT, -1, 4, 4, 3));
  }

  /** The pixels of images of 8 x 8 plus a number of a file beside the model. */
  static GraphProto.Builder shifted(String location) {
    GraphProto.Builder graph = flat().setOutput(0, value("z", DataType.FLOAT, -1, 192));
    graph.addNode(node("Add", "y", "z").toBuilder().addInput("far"));
    graph
        .addInitializerBuilder()
        .setName("far")
        .setDataType(DataType.FLOAT_VALUE)
        .addDims(1)
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(location));
    return graph;
  }

  /** The sums of the rows of images of 4 x 4, a position each: {@code [N, 4, 3]}. */
  static GraphProto.Builder sequence() {
    AttributeProto axes =
        AttributeProto.newBuilder()
            .setName("perm")
            .setType(AttributeProto.AttributeType.INTS)
            .addAllInts(Longs.asList(0, 2, 1))
            .build();
    AttributeProto equation =
        AttributeProto.newBuilder()
            .setName("equation")
            .setType(AttributeProto.AttributeType.STRING)
            .setS(ByteString.copyFromUtf8("nchw->nhc"))
            .build();
    return GraphProto.newBuilder()
        .addInput(value("x", DataType.FLOAT, -1, 3, 4, 4))
        .addNode(node("Einsum", "x", "rows", equation))
        .addNode(node("Transpose", "rows", "turned", axes))
        .addNode(node("Transpose", "turned", "y", axes))
        .addOutput(value("y", DataType.FLOAT, -1, 4, 3));
  }

  /** Random pixels from 0 to 255. */
  static INDArray pixels(int n, int channels, int size) {
    Random random = new Random(3);
    float[] values = new float[n * channels * size * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(256);
    }
    return Nd4j.create(values, new int[] {n, channels, size, size});
  }
}
