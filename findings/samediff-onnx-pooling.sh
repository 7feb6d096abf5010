#!/usr/bin/env bash
# SameDiff: a pooling imported from ONNX counts other pixels, or drops the last ones.
#
# Expected: OnnxFrameworkImporter obeys AveragePool's count_include_pad (1: zeros of the border count, as PyTorch's
#           AvgPool2d writes it by default) and MaxPool's ceil_mode (1: the last window may be a part).
# Happens:  zeros do not count in either case: 1 in the corner of an image of ones for 4/9. With ceil_mode the output
#           has the shape of ceil_mode 0: 1 x 1 for 2 x 2, without the image's last row and column.
# With:     samediff-import-onnx and ND4J 1.0.0-M2.1 (CPU).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.nd4j</groupId><artifactId>samediff-import-onnx</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.samediff.frameworkimport.onnx.importer.OnnxFrameworkImporter;

public class Finding {
  static NodeProto.Builder node(String operator, String... inputs) {
    return NodeProto.newBuilder()
        .setName("node")
        .setOpType(operator)
        .addAllInput(Arrays.asList(inputs))
        .addOutput("y");
  }

  static AttributeProto ints(String name, long... values) {
    AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
    Arrays.stream(values).forEach(attribute::addInts);
    return attribute.setType(AttributeProto.AttributeType.INTS).build();
  }

  static AttributeProto number(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setI(value)
        .setType(AttributeProto.AttributeType.INT)
        .build();
  }

  /** What the imported model of nodes makes of x. */
  static INDArray run(INDArray x, GraphProto.Builder graph) throws IOException {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : x.shape()) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
    }
    TypeProto.Tensor.Builder type =
        TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE);
    graph.setName("g");
    graph.addInput(
        ValueInfoProto.newBuilder()
            .setName("x")
            .setType(TypeProto.newBuilder().setTensorType(type.clone().setShape(shape))));
    graph.addOutput(
        ValueInfoProto.newBuilder()
            .setName("y")
            .setType(TypeProto.newBuilder().setTensorType(type)));
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(7)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
            .setGraph(graph)
            .build();
    File file = new File("model.onnx");
    Files.write(file.toPath(), model.toByteArray());
    SameDiff network = new OnnxFrameworkImporter().runImport(file.getPath(), Map.of(), false);
    return network.output(Map.of("x", x), "y").get("y");
  }

  public static void main(String[] args) throws IOException {
    INDArray ones = Nd4j.ones(1, 1, 3, 3);
    INDArray average =
        run(
            ones,
            GraphProto.newBuilder()
                .addNode(
                    node("AveragePool", "x")
                        .addAttribute(ints("kernel_shape", 3, 3))
                        .addAttribute(ints("pads", 1, 1, 1, 1))
                        .addAttribute(ints("strides", 1, 1))
                        .addAttribute(number("count_include_pad", 1))));
    INDArray largest =
        run(
            ones,
            GraphProto.newBuilder()
                .addNode(
                    node("MaxPool", "x")
                        .addAttribute(ints("kernel_shape", 2, 2))
                        .addAttribute(ints("strides", 2, 2))
                        .addAttribute(number("ceil_mode", 1))));
    System.out.println("AveragePool, corner: " + average.getFloat(0, 0, 0, 0) + " for 0.444");
    System.out.println("MaxPool: " + Arrays.toString(largest.shape()) + " for [1, 1, 2, 2]");
    boolean asFound = average.getFloat(0, 0, 0, 0) == 1 && largest.size(2) == 1;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|samediff-import-onnx)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
