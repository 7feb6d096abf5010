#!/usr/bin/env bash
# ONNX Runtime: Sigmoid is 0 from -18 on, and not even monotonic before it.
#
# Expected: Sigmoid of float32 is right to some digits while float32 can hold it, down to -87: 2.06e-9 at
#           -20, as in PyTorch 1.13. Rare classes of a multi-label network are told apart down there, and
#           its logarithm is about the input.
# Happens:  it is 0.5 and something added, so in steps of 2.98e-8, and its input is cut at -18: half of the
#           value at -16, twice the value at -17 (greater than at -16), 0 at -18 and below, where
#           the logarithm is minus infinity. Of float64 it is right. Sigmoid and Mul, as of Swish, too.
# With:     ONNX Runtime 1.23.2 (Java), operator set 13, CPU, linux-x86_64 with AVX2 (the last digits
#           depend on the processor).
# Prints:   sigmoid(-10): 4.54e-05 for 4.54e-05, logarithm -10.00
#           ...
#           sigmoid(-16): 5.96e-08 for 1.13e-07, logarithm -16.64
#           sigmoid(-17): 8.94e-08 for 4.14e-08, logarithm -16.23
#           sigmoid(-18): 0.00 for 1.52e-08, logarithm -Infinity
#           sigmoid(-20): 0.00 for 2.06e-09, logarithm -Infinity
#           sigmoid(-30): 0.00 for 9.36e-14, logarithm -Infinity
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
  public static void main(String[] args) throws OrtException {
    float[] values = {-10, -14, -15, -16, -17, -18, -20, -30};
    int count = values.length;
    Model graph =
        new Model()
            .part(1, new Model().text(1, "x").text(2, "y").text(4, "Sigmoid"))
            .part(1, new Model().text(1, "y").text(2, "z").text(4, "Log"))
            .text(2, "g")
            .part(11, Model.value("x", count))
            .part(12, Model.value("y", count))
            .part(12, Model.value("z", count));
    boolean asFound = true;
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(Model.of(graph, 13));
        OnnxTensor x =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), new long[] {count});
        OrtSession.Result result = session.run(Map.of("x", x))) {
      FloatBuffer sigmoids = ((OnnxTensor) result.get(0)).getFloatBuffer();
      FloatBuffer logarithms = ((OnnxTensor) result.get(1)).getFloatBuffer();
      for (int i = 0; i < count; i++) {
        double right = 1 / (1 + Math.exp(-values[i]));
        double got = sigmoids.get(i);
        System.out.printf(
            "sigmoid(%.0f): %.3g for %.3g, logarithm %.2f%n",
            values[i], got, right, logarithms.get(i));
        double off = Math.abs(got / right - 1);
        if (values[i] == -10) {
          asFound &= off < 0.01;
        } else if (values[i] == -17) {
          asFound &= off > 0.2; // No multiple of 2.98e-8 is nearer.
        } else if (values[i] <= -20) {
          asFound &= off > 0.9 && Math.abs(logarithms.get(i) - values[i]) > 1;
        }
      }
    }
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
javac -cp "$(cat classpath)" Model.java Finding.java
java -cp "$(cat classpath):." Finding
