package dev.eman.datasets.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.DatasetException;
import dev.eman.datasets.image.Image;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.function.Executable;

/** Files of fixed records for tests. */
final class RecordSamples {
  private RecordSamples() {}

  /** A file in IDX: magic number, sizes, values. */
  static byte[] idx(int magic, int[] sizes, byte[] values) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * sizes.length + values.length);
    file.putInt(magic);
    for (int size : sizes) {
      file.putInt(size);
    }
    return file.put(values).array();
  }

  static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  /** Values that differ from place to place, and between seeds. */
  static byte[] values(int length, int seed) {
    byte[] values = new byte[length];
    for (int i = 0; i < length; i++) {
      values[i] = (byte) (i * 31 + i / 256 * 7 + seed * 101);
    }
    return values;
  }

  /** Bytes one after another. */
  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** Compares each value with the place that the format gives it. */
  static void assertPlanes(byte[] planes, Image image, int side, boolean columns) {
    assertEquals("image [" + side + ", " + side + ", 3]", image.toString());
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
          int within = columns ? x * side + y : y * side + x;
          assertEquals(planes[c * side * side + within] & 0xff, image.get(x, y, c));
        }
      }
    }
  }

  /** One exception of that very class, whose message has all the parts. */
  static void assertError(Executable action, String... parts) {
    DatasetException e = assertThrows(DatasetException.class, action);
    assertEquals(DatasetException.class, e.getClass());
    for (String part : parts) {
      assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }
  }
}
