#!/usr/bin/env bash
# OpenCV: a Resize of an ONNX model to the nearest pixel rounds as OpenCV likes, not as the model says.
#
# Expected: nearest_mode tells how a position between two pixels is rounded (ONNX operators, Resize), as other runtimes
#           do it: of 0 1 2 3 4 made 8 values, asymmetric and the default round_prefer_floor, at 0, 0.625, 1.25, ...,
#           take 0 1 1 2 2 3 4 4, and half_pixel and floor, at -0.19, 0.44, 1.06, 1.69, ..., take 0 0 1 1 2 2 3 4.
# Happens:  nearest_mode is not read: asymmetric always rounds down, 0 0 1 1 2 3 3 4, half_pixel and align_corners to
#           the nearest, 0 0 1 2 2 3 4 4 and 0 1 1 2 2 3 3 4. So parts of the image are moved by a pixel, without a
#           word. (PyTorch's exporter writes asymmetric and floor, which is right.)
# With:     OpenCV 4.13.0 (CPU), by JavaCPP 1.5.13.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.bytedeco</groupId><artifactId>opencv</artifactId>
<version>4.13.0-1.5.13</version></dependency>
<dependency><groupId>org.bytedeco</groupId><artifactId>opencv</artifactId>
<version>4.13.0-1.5.13</version><classifier>linux-x86_64</classifier></dependency>
<dependency><groupId>org.bytedeco</groupId><artifactId>openblas</artifactId>
<version>0.3.31-1.5.13</version><classifier>linux-x86_64</classifier></dependency>
<dependency><groupId>org.bytedeco</groupId><artifactId>javacpp</artifactId>
<version>1.5.13</version><classifier>linux-x86_64</classifier></dependency>
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
import static org.bytedeco.opencv.global.opencv_core.CV_32F;
import static org.bytedeco.opencv.global.opencv_dnn.readNetFromONNX;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_dnn.Net;

public class Finding {
  /** What the network of one node makes of some values of a shape. */
  static float[] run(Model node, int operators, int[] shape, int[] result, float... values) throws IOException {
    Model graph =
        new Model()
            .part(1, node)
            .part(5, Model.longs("sizes", 1, 1, 1, 8))
            .text(2, "g")
            .part(11, Model.value("x", shape))
            .part(12, Model.value("y", result));
    Path file = Path.of("model.onnx");
    Files.write(file, Model.of(graph, operators));
    Net network = readNetFromONNX(file.toString());
    network.setInput(new Mat(shape, CV_32F, new FloatPointer(values)));
    Mat y = network.forward();
    float[] found = new float[(int) y.total()];
    new FloatPointer(y.data()).get(found);
    return found;
  }

  static String resize(String coordinates, String nearest) throws IOException {
    Model resize =
        new Model()
            .text(1, "x")
            .text(1, "")
            .text(1, "")
            .text(1, "sizes")
            .text(2, "y")
            .text(3, "resize")
            .text(4, "Resize")
            .part(5, Model.attribute("mode", "nearest"))
            .part(5, Model.attribute("coordinate_transformation_mode", coordinates))
            .part(5, Model.attribute("nearest_mode", nearest));
    StringBuilder found = new StringBuilder();
    for (float value : run(resize, 13, new int[] {1, 1, 1, 5}, new int[] {1, 1, 1, 8}, 0, 1, 2, 3, 4)) {
      found.append(found.isEmpty() ? "" : " ").append((int) value);
    }
    System.out.println(coordinates + ", " + nearest + ": " + found);
    return found.toString();
  }

  public static void main(String[] args) throws IOException {
    boolean asFound = true;
    for (String nearest : new String[] {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}) {
      asFound &= resize("asymmetric", nearest).equals("0 0 1 1 2 3 3 4");
      asFound &= resize("half_pixel", nearest).equals("0 0 1 2 2 3 4 4");
      asFound &= resize("align_corners", nearest).equals("0 1 1 2 2 3 3 4");
    }
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(opencv)-[0-9][^/]*$'
javac -cp "$(cat classpath)" Model.java Finding.java
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath):." Finding
