#!/usr/bin/env bash
# OpenCV: values that an ONNX model repeats over an image end up in other channels.
#
# Expected: Tile of 1 x 3 x 1 x 1 values, one a channel, with repeats 1, 1, 2, 2 gives 3 channels of 2 x 2 equal values
#           (ONNX operators, Tile: as numpy.tile), as gates of squeeze-and-excitation and features of global pooling are
#           spread.
# Happens:  the first channel holds 1 2 3 1, the second 2 3 1 2: the array as a whole is written again and again,
#           instead of each value in its place. The shape is right, so the network answers, with other scores. Repeats
#           along the first axis that is longer than 1 are right, as repeats of rows.
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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_dnn.Net;

public class Finding {
  /** What a Tile makes of an array that holds 1, 2, 3 and so on. */
  static float[] tile(int[] shape, int... repeats) throws IOException {
    ByteBuffer raw = ByteBuffer.allocate(8 * repeats.length).order(ByteOrder.LITTLE_ENDIAN);
    int[] result = new int[shape.length];
    int size = 1;
    for (int axis = 0; axis < shape.length; axis++) {
      raw.putLong(repeats[axis]);
      result[axis] = shape[axis] * repeats[axis];
      size *= shape[axis];
    }
    Model constant =
        new Model().number(1, repeats.length).number(2, 7).text(8, "r").data(9, raw.array());
    Model graph =
        new Model()
            .part(1, new Model().text(1, "x").text(1, "r").text(2, "y").text(3, "t").text(4, "Tile"))
            .text(2, "g")
            .part(5, constant)
            .part(11, Model.value("x", shape))
            .part(12, Model.value("y", result));
    Path file = Path.of("model.onnx");
    Files.write(file, Model.of(graph, 13));
    Net network = readNetFromONNX(file.toString());
    float[] values = new float[size];
    for (int index = 0; index < size; index++) {
      values[index] = index + 1;
    }
    network.setInput(new Mat(shape, CV_32F, new FloatPointer(values)));
    Mat output = network.forward();
    float[] tiled = new float[(int) output.total()];
    new FloatPointer(output.data()).get(tiled);
    System.out.println(
        Arrays.toString(shape) + " x " + Arrays.toString(repeats) + ": " + Arrays.toString(tiled));
    return tiled;
  }

  public static void main(String[] args) throws IOException {
    float[] gates = tile(new int[] {1, 3, 1, 1}, 1, 1, 2, 2);
    float[] columns = tile(new int[] {1, 1, 2, 3}, 1, 1, 1, 2);
    float[] rows = tile(new int[] {1, 1, 2, 3}, 1, 1, 2, 1);
    boolean asFound = Arrays.equals(gates, new float[] {1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3});
    asFound &= Arrays.equals(columns, new float[] {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6});
    asFound &= Arrays.equals(rows, columns);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(opencv)-[0-9][^/]*$'
javac -cp "$(cat classpath)" Model.java Finding.java
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath):." Finding
