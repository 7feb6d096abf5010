#!/usr/bin/env bash
# ONNX Runtime: LayerNormalization and GroupNormalization lose the variance of values far from 0.
#
# Expected: values are normalised by their mean and variance. The alternating values 254 and 255, an almost
#           flat patch of 16x16 bright pixels, become -1 and 1 (PyTorch 1.13: -1.0000 and 1.0000), and so
#           do 10000 and 10001. ONNX describes LayerNormalization's variance as the mean of the deviations'
#           squares.
# Happens:  the variance is the mean square less the square of the mean, in float32: LayerNormalization of
#           254 and 255 is NaN, of 1000 and 1001 15% too large, and GroupNormalization of these is NaN. The
#           same operator put together from ReduceMean, Sub, Pow and so on, as it is exported below
#           operator set 17, is right without optimisations, and by default it is found and replaced.
#           InstanceNormalization is right.
# With:     ONNX Runtime 1.23.2 (Java), operator sets 17, 21 and 13, CPU, linux-x86_64.
# Prints:   254, for 1: LayerNormalization NaN, GroupNormalization 1.0000,
#               of parts 1.0000, optimised NaN, InstanceNormalization 1.0000
#           1000, for 1: LayerNormalization 1.1547, GroupNormalization NaN,
#               of parts 1.0000, optimised 1.1547, InstanceNormalization 1.0000
#           10000, for 1: LayerNormalization NaN, GroupNormalization NaN,
#               of parts 1.0000, optimised NaN, InstanceNormalization 1.0000
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

  /** A constant of float32. */
  static Model floats(String name, float... values) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    return new Model().number(1, values.length).number(2, 1).text(8, name).data(9, raw.array());
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
  static final int SIZE = 768;

  /** The second value of the result for lower, lower + 1, lower, lower + 1, ... It should be 1. */
  static float second(Model graph, int operators, int lower, boolean optimised, long... shape)
      throws OrtException {
    float[] values = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      values[i] = lower + i % 2;
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      if (!optimised) {
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      }
      try (OrtSession session = environment.createSession(Model.of(graph, operators), options);
          OnnxTensor x = OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
          OrtSession.Result result = session.run(Map.of("x", x))) {
        return ((OnnxTensor) result.get(0)).getFloatBuffer().get(1);
      }
    }
  }

  static Model node(String operator, String output, String... inputs) {
    Model node = new Model().text(4, operator).text(2, output);
    for (String input : inputs) {
      node.text(1, input);
    }
    return node;
  }

  static Model graph() {
    float[] ones = new float[SIZE];
    Arrays.fill(ones, 1);
    return new Model()
        .text(2, "g")
        .part(5, Model.floats("ones", ones))
        .part(5, Model.floats("zeros", new float[SIZE]))
        .part(5, Model.floats("one", 1))
        .part(5, Model.floats("zero", 0));
  }

  static Model layer() {
    return graph()
        .part(1, node("LayerNormalization", "y", "x", "ones", "zeros"))
        .part(11, Model.value("x", 1, SIZE))
        .part(12, Model.value("y", 1, SIZE));
  }

  static Model channels(String operator) {
    Model node = node(operator, "y", "x", "one", "zero");
    if (operator.equals("GroupNormalization")) {
      node.part(5, Model.attribute("num_groups", 1));
    }
    return graph()
        .part(1, node)
        .part(11, Model.value("x", 1, 1, SIZE))
        .part(12, Model.value("y", 1, 1, SIZE));
  }

  static Model parts() {
    Model axes = Model.attribute("axes", new int[] {1});
    return graph()
        .part(5, Model.floats("two", 2))
        .part(5, Model.floats("epsilon", 1e-5f))
        .part(1, node("ReduceMean", "mean", "x").part(5, axes))
        .part(1, node("Sub", "deviation", "x", "mean"))
        .part(1, node("Pow", "square", "deviation", "two"))
        .part(1, node("ReduceMean", "variance", "square").part(5, axes))
        .part(1, node("Add", "safe", "variance", "epsilon"))
        .part(1, node("Sqrt", "root", "safe"))
        .part(1, node("Div", "normal", "deviation", "root"))
        .part(1, node("Mul", "scaled", "normal", "ones"))
        .part(1, node("Add", "y", "scaled", "zeros"))
        .part(11, Model.value("x", 1, SIZE))
        .part(12, Model.value("y", 1, SIZE));
  }

  /** Off by 2% or more, or NaN. */
  static boolean wrong(float value) {
    return !(Math.abs(value - 1) < 0.02);
  }

  public static void main(String[] args) throws OrtException {
    boolean asFound = true;
    for (int lower : new int[] {254, 1000, 10000}) {
      float layer = second(layer(), 17, lower, true, 1, SIZE);
      float group = second(channels("GroupNormalization"), 21, lower, true, 1, 1, SIZE);
      float plain = second(parts(), 13, lower, false, 1, SIZE);
      float replaced = second(parts(), 13, lower, true, 1, SIZE);
      float instance = second(channels("InstanceNormalization"), 13, lower, true, 1, 1, SIZE);
      System.out.printf("%d, for 1: LayerNormalization %.4f,", lower, layer);
      System.out.printf(" GroupNormalization %.4f,%n", group);
      System.out.printf("    of parts %.4f, optimised %.4f,", plain, replaced);
      System.out.printf(" InstanceNormalization %.4f%n", instance);
      asFound &= wrong(layer) && wrong(replaced) && !wrong(plain) && !wrong(instance);
      asFound &= wrong(group) || lower < 10000;
    }
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
javac -cp "$(cat classpath)" Model.java Finding.java
java -cp "$(cat classpath):." Finding
