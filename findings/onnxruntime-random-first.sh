#!/usr/bin/env bash
# ONNX Runtime: the first random numbers of a model's nodes are all the same.
#
# Expected: RandomUniform draws unrelated numbers for the seeds 1, 2 and 3 (NumPy 1.24's default_rng: 0.51,
#           0.26, 0.09), and for several nodes without a seed, whose seeds are generated.
# Happens:  the first number of a node is 0.0000078 times its seed (a linear congruential generator, its
#           seed not mixed), and nodes without a seed have successive ones: their first numbers differ
#           by 0.0000078. Layers that draw one number for an image, as stochastic depth does at a batch
#           size of 1, are at first dropped all at once or not at all. The seed, a float, is cut to a whole
#           number, and 0 is the seed 1.
# With:     ONNX Runtime 1.23.2 (Java), operator set 13, CPU, linux-x86_64. The third line differs by run.
# Prints:   first number of the seeds 1, 2, 3, 100:          0.000008 0.000016 0.000023 0.000783
#           first number of the seeds 0, 0.3, 0.7, 1.9:       0.000008 0.000008 0.000008 0.000008
#           first numbers of six nodes without a seed:       0.807050 0.807058 0.807066 0.807073 ...
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
import java.util.Map;

public class Finding {
  /** The first numbers of nodes with these seeds (NaN: none) in one model. */
  static double[] first(float... seeds) throws OrtException {
    Model graph = new Model().text(2, "g");
    for (int i = 0; i < seeds.length; i++) {
      Model node = new Model().text(2, "y" + i).text(4, "RandomUniform");
      node.part(5, Model.attribute("shape", new int[] {4}));
      if (!Float.isNaN(seeds[i])) {
        node.part(5, Model.attribute("seed", seeds[i]));
      }
      graph.part(1, node).part(12, Model.value("y" + i, 4));
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(Model.of(graph, 13));
        OrtSession.Result result = session.run(Map.of())) {
      double[] first = new double[seeds.length];
      for (int i = 0; i < seeds.length; i++) {
        first[i] = ((OnnxTensor) result.get(i)).getFloatBuffer().get(0);
      }
      return first;
    }
  }

  static void print(String what, double[] numbers) {
    System.out.printf("%-48s", what);
    for (double number : numbers) {
      System.out.printf(" %.6f", number);
    }
    System.out.println();
  }

  public static void main(String[] args) throws OrtException {
    double step = 16807 / (Math.pow(2, 31) - 1);
    double[] seeded = first(1, 2, 3, 100);
    double[] cut = first(0, 0.3f, 0.7f, 1.9f);
    float none = Float.NaN;
    double[] free = first(none, none, none, none, none, none);
    print("first number of the seeds 1, 2, 3, 100:", seeded);
    print("first number of the seeds 0, 0.3, 0.7, 1.9:", cut);
    print("first numbers of six nodes without a seed:", free);
    boolean asFound = true;
    int[] seeds = {1, 2, 3, 100};
    for (int i = 0; i < seeds.length; i++) {
      asFound &= Math.abs(seeded[i] - seeds[i] * step) < 1e-6;
    }
    for (double number : cut) {
      asFound &= Math.abs(number - step) < 1e-6;
    }
    for (double number : free) {
      double apart = Math.abs(number - free[0]);
      asFound &= Math.min(apart, 1 - apart) < 1e-3; // It may have passed 1.
    }
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
javac -cp "$(cat classpath)" Model.java Finding.java
java -cp "$(cat classpath):." Finding
