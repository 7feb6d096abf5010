package dev.eman.benchmarks.network;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network as text and numbers, which any program can read: a line for each operation with its
 * kind, name, inputs joined by commas, and numbers ({@code CONVOLUTION conv1 images 16 3 3 1 1});
 * and a file with all parameters, little-endian float32, in the order of the lines and, within a
 * line, of {@link Operation.Kind}.
 */
public final class PlainFiles {
  private PlainFiles() {}

  /** Writes both files. */
  public static void write(NetworkPlan plan, Path text, Path weights) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Operation o : plan.operations()) {
      StringBuilder line = new StringBuilder();
      line.append(o.kind()).append(' ').append(o.name()).append(' ');
      line.append(String.join(",", o.inputs()));
      o.numbers().forEach(number -> line.append(' ').append(text(number)));
      lines.add(line.toString());
    }
    Files.write(text, lines, StandardCharsets.UTF_8);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(weights))) {
      for (Operation o : plan.operations()) {
        for (INDArray parameter : o.parameters()) {
          out.write(littleEndian(parameter));
        }
      }
    }
  }

  private static String text(double number) {
    return number == Math.rint(number)
        ? String.format(Locale.ROOT, "%.0f", number)
        : Float.toString((float) number); // 1 - 0.9 is 0.1.
  }

  /** An array's float32 values in c order. */
  public static byte[] littleEndian(INDArray array) {
    float[] values = array.dup('c').data().asFloat();
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return bytes.array();
  }
}
