#!/usr/bin/env bash
# ONNX Runtime: max pooling and Erf make numbers of NaN, and ReduceMax does so by where it stands.
#
# Expected: NaN stays NaN, as through Relu, Tanh and Sigmoid here, and as in PyTorch through all of these:
#           a network whose features have become NaN must not answer.
# Happens:  MaxPool passes NaN over (the maximum of NaN, 1, 1, 1 is 1), Erf of NaN is 1, and ReduceMax of
#           ten values is NaN if the first is, and 9 if the fourth is. A model with a NaN before its
#           pooling gives probabilities that look like any others.
# With:     ONNX Runtime 1.23.2 (Java), CPU, linux-x86_64.
# Prints:   MaxPool of NaN 1 1 1:                  1.0
#           Erf of NaN:                            1.0
#           ReduceMax, NaN first; NaN fourth:      NaN; 9.0
#           Relu of NaN:                           NaN
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>com.microsoft.onnxruntime</groupId><artifactId>onnxruntime</artifactId>
<version>1.23.2</version></dependency>
</dependencies>
</project>
XML

cat >Model.java <<'JAVA'
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes the fields of ONNX's protocol buffers. */
class Model {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private void varint(long value) {
    for (; value > 127; value >>>= 7) {
      bytes.write((int) (value & 127 | 128));
    }
    bytes.write((int) value);
  }

  Model number(int field, long value) {
    varint(field << 3);
    varint(value);
    return this;
  }

  Model data(int field, byte[] value) {
    varint(field << 3 | 2);
    varint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  Model text(int field, String value) {
    return data(field, value.getBytes(StandardCharsets.UTF_8));
  }

  Model part(int field, Model value) {
    return data(field, value.bytes.toByteArray());
  }

  /** An attribute of one integer (kind 2), a string (3) or integers (7). */
  static Model attribute(String name, Object value) {
    Model attribute = new Model().text(1, name);
    if (value instanceof Integer number) {
      attribute.number(3, number).number(20, 2);
    } else if (value instanceof String text) {
      attribute.text(4, text).number(20, 3);
    } else {
      for (int number : (int[]) value) {
        attribute.number(8, number);
      }
      attribute.number(20, 7);
    }
    return attribute;
  }

  /** An input or output of float32. */
  static Model value(String name, int... shape) {
    Model dimensions = new Model();
    for (int size : shape) {
      dimensions.part(1, new Model().number(1, size));
    }
    Model tensor = new Model().number(1, 1).part(2, dimensions);
    return new Model().text(1, name).part(2, new Model().part(1, tensor));
  }

  /** A constant of int64. */
  static Model longs(String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      raw.putLong(value);
    }
    return new Model().number(1, values.length).number(2, 7).text(8, name).data(9, raw.array());
  }

  /** A model of one graph. */
  static byte[] of(Model graph, int operators) {
    Model set = new Model().text(1, "").number(2, operators);
    return new Model().number(1, 8).part(7, graph).part(8, set).bytes.toByteArray();
  }
}
JAVA

cat >Finding.java <<'JAVA'
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;

public class Finding {
  /** The first value of an operator's result. */
  static float run(Model node, Model input, Model output, float[] values, long... shape)
      throws OrtException {
    Model graph = new Model().part(1, node).text(2, "g").part(11, input).part(12, output);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(Model.of(graph, 13));
        OnnxTensor x = OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
        OrtSession.Result result = session.run(Map.of("x", x))) {
      return ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
    }
  }

  static Model node(String operator) {
    return new Model().text(1, "x").text(2, "y").text(4, operator);
  }

  static float plain(String operator) throws OrtException {
    return run(
        node(operator), Model.value("x", 1), Model.value("y", 1), new float[] {Float.NaN}, 1);
  }

  static float reduceMax(float... values) throws OrtException {
    Model node = node("ReduceMax").part(5, Model.attribute("keepdims", 1));
    return run(node, Model.value("x", 10), Model.value("y", 1), values, 10);
  }

  public static void main(String[] args) throws OrtException {
    float nan = Float.NaN;
    Model pooling = node("MaxPool").part(5, Model.attribute("kernel_shape", new int[] {2, 2}));
    float pooled =
        run(
            pooling,
            Model.value("x", 1, 1, 2, 2),
            Model.value("y", 1, 1, 1, 1),
            new float[] {nan, 1, 1, 1},
            1,
            1,
            2,
            2);
    float erf = plain("Erf");
    float relu = plain("Relu");
    float first = reduceMax(nan, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    float fourth = reduceMax(1, 2, 3, nan, 4, 5, 6, 7, 8, 9);
    System.out.println("MaxPool of NaN 1 1 1:                  " + pooled);
    System.out.println("Erf of NaN:                            " + erf);
    System.out.println("ReduceMax, NaN first; NaN fourth:      " + first + "; " + fourth);
    System.out.println("Relu of NaN:                           " + relu);
    boolean asFound =
        pooled == 1 && erf == 1 && Float.isNaN(first) && fourth == 9 && Float.isNaN(relu);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
javac -cp "$(cat classpath)" Model.java Finding.java
java -cp "$(cat classpath):." Finding
