#!/usr/bin/env bash
# SameDiff: an axis that an ONNX model leaves out is another one than the standard's.
#
# Expected: without an axis Flatten keeps the first dimension (axis 1), and Softmax works on the last (axis -1, from
#           operator set 13 on): ONNX operators.
# Happens:  the axis is 0. Flatten makes one row of the whole batch, so that what follows sees one image. Softmax of
#           scores [images, classes] adds up to 1 over the images: with one image every probability is 1.
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
    INDArray batch = Nd4j.ones(2, 3, 4, 4);
    INDArray flat = run(batch, GraphProto.newBuilder().addNode(node("Flatten", "x")));
    INDArray scores = Nd4j.createFromArray(0f, 1, 2, 3, 4, 5).reshape(2, 3);
    INDArray softmax = run(scores, GraphProto.newBuilder().addNode(node("Softmax", "x")));
    System.out.println("Flatten of [2, 3, 4, 4]: " + Arrays.toString(flat.shape()) + " for [2, 48]");
    System.out.println("Softmax of 2 images, sums over classes: " + softmax.sum(1) + " for 1 and 1");
    System.out.println("sums over images: " + softmax.sum(0));
    boolean asFound =
        Arrays.equals(flat.shape(), new long[] {1, 96})
            && softmax.sum(0).sub(1).amaxNumber().doubleValue() < 1e-5;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|samediff-import-onnx)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
