#!/usr/bin/env bash
# ONNX Runtime: padding with zeros before a max pooling becomes a padding that does not count.
#
# Expected: Pad with 0 and then MaxPool: the zeros take part, so next to the border a maximum of negative
#           values is 0, as in PyTorch 1.13 (ZeroPad2d, max_pool2d). An optimisation keeps the values.
# Happens:  by default the Pad is taken into the MaxPool's own pads, which count as minus infinity: the
#           borders are the negative values. Without optimisations they are 0. A network that pools
#           unrectified values after a padding layer of its own sees other features at its borders than
#           in training, and after a rectifier nothing is to be seen of it.
# With:     ONNX Runtime 1.23.2 (Java), operator set 13, CPU, linux-x86_64.
# Prints:   NO_OPT:     0.0 0.0 0.0 0.0 -1.0 0.0 0.0 0.0 0.0
#           default:    -1.0 -1.0 -2.0 -1.0 -1.0 -2.0 -3.0 -3.0 -4.0
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
  /** The maxima of 2x2 of the image -1 -2 / -3 -4 in a border of zeros, row by row. */
  static String pooled(boolean optimised) throws OrtException {
    Model padding = new Model().text(1, "x").text(1, "pads").text(2, "padded").text(4, "Pad");
    Model pooling =
        new Model()
            .text(1, "padded")
            .text(2, "y")
            .text(4, "MaxPool")
            .part(5, Model.attribute("kernel_shape", new int[] {2, 2}));
    Model graph =
        new Model()
            .part(1, padding)
            .part(1, pooling)
            .text(2, "g")
            .part(5, Model.longs("pads", 0, 0, 1, 1, 0, 0, 1, 1))
            .part(11, Model.value("x", 1, 1, 2, 2))
            .part(12, Model.value("y", 1, 1, 3, 3));
    float[] image = {-1, -2, -3, -4};
    long[] shape = {1, 1, 2, 2};
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      if (!optimised) {
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      }
      try (OrtSession session = environment.createSession(Model.of(graph, 13), options);
          OnnxTensor x = OnnxTensor.createTensor(environment, FloatBuffer.wrap(image), shape);
          OrtSession.Result result = session.run(Map.of("x", x))) {
        StringBuilder text = new StringBuilder();
        FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
        while (values.hasRemaining()) {
          text.append(' ').append(values.get());
        }
        return text.substring(1);
      }
    }
  }

  public static void main(String[] args) throws OrtException {
    String plain = pooled(false);
    String optimised = pooled(true);
    System.out.println("NO_OPT:     " + plain);
    System.out.println("default:    " + optimised);
    boolean asFound =
        plain.equals("0.0 0.0 0.0 0.0 -1.0 0.0 0.0 0.0 0.0")
            && optimised.equals("-1.0 -1.0 -2.0 -1.0 -1.0 -2.0 -3.0 -3.0 -4.0");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
javac -cp "$(cat classpath)" Model.java Finding.java
java -cp "$(cat classpath):." Finding
