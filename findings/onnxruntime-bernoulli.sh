#!/usr/bin/env bash
# ONNX Runtime: Bernoulli draws 1 with the probability of 0.
#
# Expected: Bernoulli of p is 1 with probability p, by the operator's description in ONNX, as in PyTorch
#           1.13 (of 10000 draws at 0.9, 90.2% are 1): always 0 for p = 0, always 1 for p = 1.
# Happens:  it is 1 with probability 1 - p: always 1 for p = 0. The runtime has no kernel of its own for
#           it and takes the function in ONNX's definition of the operator, which asks whether a uniform
#           number is greater than p. A model that keeps 90% of its paths or features keeps 10%.
# With:     ONNX Runtime 1.23.2 (Java), operator set 15, CPU, linux-x86_64.
# Prints:   p 0.0: 100.0% are 1
#           p 0.1: 89.7% are 1
#           p 0.9: 10.1% are 1
#           p 1.0: 0.0% are 1
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

  Model single(int field, float value) {
    varint(field << 3 | 5);
    int bits = Float.floatToIntBits(value);
    for (int i = 0; i < 4; i++) {
      bytes.write(bits >>> 8 * i);
    }
    return this;
  }

  Model part(int field, Model value) {
    return data(field, value.bytes.toByteArray());
  }

  /** An attribute of one integer (kind 2), a float (1), a string (3) or integers (7). */
  static Model attribute(String name, Object value) {
    Model attribute = new Model().text(1, name);
    if (value instanceof Integer number) {
      attribute.number(3, number).number(20, 2);
    } else if (value instanceof Float number) {
      attribute.single(2, number).number(20, 1);
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
import java.util.Arrays;
import java.util.Map;

public class Finding {
  static final int DRAWS = 10000;

  /** The percentage of ones among the draws at a probability. */
  static double ones(float probability) throws OrtException {
    Model node = new Model().text(1, "x").text(2, "y").text(4, "Bernoulli");
    Model graph =
        new Model()
            .part(1, node.part(5, Model.attribute("seed", 5f)))
            .text(2, "g")
            .part(11, Model.value("x", DRAWS))
            .part(12, Model.value("y", DRAWS));
    float[] values = new float[DRAWS];
    Arrays.fill(values, probability);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(Model.of(graph, 15));
        OnnxTensor x =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), new long[] {DRAWS});
        OrtSession.Result result = session.run(Map.of("x", x))) {
      double sum = 0;
      FloatBuffer drawn = ((OnnxTensor) result.get(0)).getFloatBuffer();
      while (drawn.hasRemaining()) {
        sum += drawn.get();
      }
      return 100 * sum / DRAWS;
    }
  }

  public static void main(String[] args) throws OrtException {
    boolean asFound = true;
    for (float p : new float[] {0, 0.1f, 0.9f, 1}) {
      double ones = ones(p);
      System.out.printf("p %.1f: %.1f%% are 1%n", p, ones);
      asFound &= Math.abs(ones - 100 * (1 - p)) < 2;
    }
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
javac -cp "$(cat classpath)" Model.java Finding.java
java -cp "$(cat classpath):." Finding
