#!/usr/bin/env bash
# SameDiff: a linear layer imported from ONNX answers without its bias, or 0.
#
# Expected: OnnxFrameworkImporter makes of Gemm(x, w, b) the sum x w' + b, with the factors alpha and beta, which are 1
#           where they are left out (ONNX operators, Gemm), and of MatMul(x, w) the product.
# Happens:  with alpha and beta written out, as PyTorch writes them, the bias is left out: the scores of a classifier's
#           classes are wrong without a word. Without them, and for MatMul, which has none, the result is 0:
#           alpha is taken for 0.
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

  static AttributeProto factor(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setF(value)
        .setType(AttributeProto.AttributeType.FLOAT)
        .build();
  }

  static TensorProto tensor(String name, float[] values, long... shape) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name);
    Arrays.stream(shape).forEach(tensor::addDims);
    for (float value : values) {
      tensor.addFloatData(value);
    }
    return tensor.setDataType(TensorProto.DataType.FLOAT_VALUE).build();
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

  static GraphProto.Builder linear(NodeProto.Builder node) {
    return GraphProto.newBuilder()
        .addNode(node)
        .addInitializer(tensor("w", new float[] {1, 0, 0, 1}, 2, 2))
        .addInitializer(tensor("b", new float[] {10, 20}, 2));
  }

  public static void main(String[] args) throws IOException {
    INDArray x = Nd4j.createFromArray(1f, 2f).reshape(1, 2);
    INDArray product = run(x, linear(node("MatMul", "x", "w")));
    INDArray plain = run(x, linear(node("Gemm", "x", "w", "b")));
    INDArray explicit =
        run(
            x,
            linear(
                node("Gemm", "x", "w", "b")
                    .addAttribute(factor("alpha", 1))
                    .addAttribute(factor("beta", 1))));
    System.out.println("x (1, 2), w 1, b (10, 20)");
    System.out.println("MatMul " + product + " for (1, 2)");
    System.out.println("Gemm " + plain + " for (11, 22)");
    System.out.println("Gemm, alpha 1, beta 1 " + explicit + " for (11, 22)");
    boolean asFound =
        product.amaxNumber().doubleValue() == 0
            && plain.amaxNumber().doubleValue() == 0
            && explicit.getFloat(0) == 1
            && explicit.getFloat(1) == 2;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|samediff-import-onnx)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
