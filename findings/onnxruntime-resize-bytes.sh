#!/usr/bin/env bash
# ONNX Runtime: Resize of bytes cuts fractions off, and with antialias it takes int8 for uint8.
#
# Expected: Resize (linear) of uint8 and int8 gives the values of float32, rounded to the nearest, as
#           Pillow 9.4, OpenCV 4.5.5 and torchvision 0.14 round them, and as it does itself with antialias.
#           A quantised model's Resize gives what the same Resize of its dequantised values gives.
# Happens:  without antialias the fractions are cut off: images of uint8 get darker, by half a grey value
#           on average. With antialias, results of int8 below 0 are 0, and with cubic ones above 127 wrap
#           around. By default a Resize between a DequantizeLinear and a QuantizeLinear is made one of the
#           int8 values themselves, so a quantised model loses all its values below 0.
# With:     ONNX Runtime 1.23.2 (Java), operator set 18, CPU, linux-x86_64.
# Prints:   uint8, of 0 .5 .83 .17 1.5 19.2 83.8 ...: 0 0 0 0 1 19 83 100 117 183 227 255
#           uint8, antialias:                         0 1 1 0 2 19 84 101 117 184 228 255
#           int8, of -100 -50 50 100:                 -100 -50 50 100
#           int8, antialias, of -94 -44 44 94:        0 0 44 94
#           int8, antialias, cubic:                   0 5 2 103 -127 127
#           quantised, antialias, NO_OPT:             -94 -44 44 94
#           quantised, antialias, default:            0 0 44 94
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

  /** An input or output: of float32 (1), uint8 (2) or int8 (3). */
  static Model value(String name, int type, int... shape) {
    Model dimensions = new Model();
    for (int size : shape) {
      dimensions.part(1, new Model().number(1, size));
    }
    Model tensor = new Model().number(1, type).part(2, dimensions);
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
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.util.Map;

public class Finding {
  static Model resize(String input, String output, String mode, int antialias) {
    return new Model()
        .text(1, input)
        .text(1, "")
        .text(1, "")
        .text(1, "sizes")
        .text(2, output)
        .text(4, "Resize")
        .part(5, Model.attribute("mode", mode))
        .part(5, Model.attribute("antialias", antialias));
  }

  /** The result for a row of 8 values, as the numbers of its type, uint8 (2) or int8 (3). */
  static String run(Model graph, int type, int size, boolean optimised, int... values)
      throws OrtException {
    graph
        .text(2, "g")
        .part(5, Model.longs("sizes", 1, 1, 1, size))
        .part(11, Model.value("x", type, 1, 1, 1, 8))
        .part(12, Model.value("y", type, 1, 1, 1, size));
    ByteBuffer bytes = ByteBuffer.allocateDirect(8);
    for (int value : values) {
      bytes.put((byte) value);
    }
    bytes.rewind();
    OnnxJavaType javaType = type == 2 ? OnnxJavaType.UINT8 : OnnxJavaType.INT8;
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (SessionOptions options = new SessionOptions()) {
      if (!optimised) {
        options.setOptimizationLevel(SessionOptions.OptLevel.NO_OPT);
      }
      try (OrtSession session = environment.createSession(Model.of(graph, 18), options);
          OnnxTensor x =
              OnnxTensor.createTensor(environment, bytes, new long[] {1, 1, 1, 8}, javaType);
          OrtSession.Result result = session.run(Map.of("x", x))) {
        ByteBuffer resized = ((OnnxTensor) result.get(0)).getByteBuffer();
        StringBuilder text = new StringBuilder();
        while (resized.hasRemaining()) {
          byte value = resized.get();
          text.append(' ').append(type == 2 ? value & 255 : value);
        }
        return text.substring(1);
      }
    }
  }

  /** A quantised Resize with antialias, of scale 0.5 and zero point 0. */
  static Model quantised() {
    Model raw = new Model().number(2, 3).text(8, "zero").data(9, new byte[] {0});
    Model scale = new Model().number(2, 1).text(8, "scale").data(9, new byte[] {0, 0, 0, 63});
    return new Model()
        .part(5, raw)
        .part(5, scale)
        .part(1, scaled("DequantizeLinear", "x", "real"))
        .part(1, resize("real", "resized", "linear", 1))
        .part(1, scaled("QuantizeLinear", "resized", "y"));
  }

  static Model scaled(String operator, String input, String output) {
    return new Model()
        .text(1, input)
        .text(1, "scale")
        .text(1, "zero")
        .text(2, output)
        .text(4, operator);
  }

  static Model one(String mode, int antialias) {
    return new Model().part(1, resize("x", "y", mode, antialias));
  }

  public static void main(String[] args) throws OrtException {
    int[] greys = {0, 1, 0, 3, 100, 101, 200, 255};
    int[] signed = {-100, -100, -50, -50, 50, 50, 100, 100};
    int[] edge = {-100, 0, 0, 0, 100, 127, 127, 127};
    String plain = run(one("linear", 0), 2, 12, true, greys);
    String rounded = run(one("linear", 1), 2, 12, true, greys);
    String lost = run(one("linear", 1), 3, 4, true, signed);
    String kept = run(one("linear", 0), 3, 4, true, signed);
    String wrapped = run(one("cubic", 1), 3, 6, true, edge);
    String before = run(quantised(), 3, 4, false, signed);
    String after = run(quantised(), 3, 4, true, signed);
    System.out.println("uint8, of 0 .5 .83 .17 1.5 19.2 83.8 ...: " + plain);
    System.out.println("uint8, antialias:                         " + rounded);
    System.out.println("int8, of -100 -50 50 100:                 " + kept);
    System.out.println("int8, antialias, of -94 -44 44 94:        " + lost);
    System.out.println("int8, antialias, cubic:                   " + wrapped);
    System.out.println("quantised, antialias, NO_OPT:             " + before);
    System.out.println("quantised, antialias, default:            " + after);
    boolean asFound =
        plain.equals("0 0 0 0 1 19 83 100 117 183 227 255")
            && rounded.equals("0 1 1 0 2 19 84 101 117 184 228 255")
            && kept.equals("-100 -50 50 100")
            && lost.equals("0 0 44 94")
            && wrapped.equals("0 5 2 103 -127 127")
            && before.equals("-94 -44 44 94")
            && after.equals("0 0 44 94");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
javac -cp "$(cat classpath)" Model.java Finding.java
java -cp "$(cat classpath):." Finding
