package dev.eman.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** Changes safetensors files. */
final class SafeTensorsFiles {
  private SafeTensorsFiles() {}

  /** Replaces the header; the tensors stay. */
  static void rewrite(Path file, UnaryOperator<String> change) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
    String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
    byte[] changed = change.apply(header).getBytes(StandardCharsets.UTF_8);
    Files.write(
        file,
        ByteBuffer.allocate(bytes.length - length + changed.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(changed.length)
            .put(changed)
            .put(bytes, 8 + length, bytes.length - 8 - length)
            .array());
  }
}
