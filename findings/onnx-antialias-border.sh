#!/usr/bin/env bash
# ONNX: a Resize with antialias is not Pillow's at the border, unless exclude_outside is set.
#
# Expected: Resize (linear, half_pixel, antialias 1) of an 8x8 image to 2x2 gives Pillow's BILINEAR, and
#           torchvision's with antialias: 17.04 at the first place, where weights beyond the image do
#           not count and the others are made to sum to 1.
# Happens:  14.91: the default of exclude_outside, 0, repeats the border's pixels under these weights. A
#           preparation that is exported with antialias alone sees other images than the training did,
#           by up to 13% of the value at the borders of small results, and by nothing in the middle of
#           large ones. With exclude_outside 1 the values are Pillow's.
# With:     ONNX Runtime 1.23.2 (Java), operator set 18, CPU, linux-x86_64; Pillow 9.4 gives 17.035713.
# Prints:   Pillow's weights:         17.0357
#           antialias:                14.9063
#           with exclude_outside:     17.0357
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
  /** The first pixel of the image 0, 1, ... 63 of 8x8 in 2x2. */
  static float first(int excludeOutside) throws OrtException {
    Model node =
        new Model()
            .text(1, "x")
            .text(1, "")
            .text(1, "")
            .text(1, "sizes")
            .text(2, "y")
            .text(4, "Resize")
            .part(5, Model.attribute("mode", "linear"))
            .part(5, Model.attribute("coordinate_transformation_mode", "half_pixel"))
            .part(5, Model.attribute("antialias", 1))
            .part(5, Model.attribute("exclude_outside", excludeOutside));
    Model graph =
        new Model()
            .part(1, node)
            .text(2, "g")
            .part(5, Model.longs("sizes", 1, 1, 2, 2))
            .part(11, Model.value("x", 1, 1, 8, 8))
            .part(12, Model.value("y", 1, 1, 2, 2));
    float[] image = new float[64];
    for (int i = 0; i < 64; i++) {
      image[i] = i;
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(Model.of(graph, 18));
        OnnxTensor x =
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(image), new long[] {1, 1, 8, 8});
        OrtSession.Result result = session.run(Map.of("x", x))) {
      return ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
    }
  }

  public static void main(String[] args) throws OrtException {
    double sum = 0;
    double weights = 0;
    for (int x = 0; x < 8; x++) { // A triangle of half width 4 around the pixel's centre, at 2.
      double weight = Math.max(0, 1 - Math.abs(x + 0.5 - 2) / 4);
      sum += weight * x;
      weights += weight;
    }
    double expected = (8 + 1) * sum / weights;
    float plain = first(0);
    float excluded = first(1);
    System.out.printf("Pillow's weights:         %.4f%n", expected);
    System.out.printf("antialias:                %.4f%n", plain);
    System.out.printf("with exclude_outside:     %.4f%n", excluded);
    boolean asFound =
        Math.abs(expected - 17.0357) < 1e-3
            && Math.abs(plain - 14.90625) < 1e-3
            && Math.abs(excluded - expected) < 1e-3;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
javac -cp "$(cat classpath)" Model.java Finding.java
java -cp "$(cat classpath):." Finding
