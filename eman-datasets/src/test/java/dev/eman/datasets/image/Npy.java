package dev.eman.datasets.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads images that NumPy wrote, as bytes or as 64-bit integers. */
final class Npy {
  private static final Pattern HEADER =
      Pattern.compile("'descr': '(?<type>[^']+)'.*'shape': \\((?<shape>[0-9, ]+)\\)");

  private Npy() {}

  /** A test resource {@code [H, W, C]} or {@code [H, W]}. */
  static Image image(String resource) throws IOException {
    ByteBuffer file;
    try (InputStream in = Npy.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no test resource " + resource);
      }
      file = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    }
    int headerLength = file.getShort(8) & 0xffff;
    Matcher header =
        HEADER.matcher(new String(file.array(), 10, headerLength, StandardCharsets.US_ASCII));
    if (!header.find()) {
      throw new IllegalArgumentException("unknown header in " + resource);
    }
    int[] shape =
        Arrays.stream(header.group("shape").split(","))
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .mapToInt(Integer::parseInt)
            .toArray();
    int channels = shape.length == 2 ? 1 : shape[2];
    byte[] pixels = new byte[shape[0] * shape[1] * channels];
    int width = header.group("type").equals("<i8") ? 8 : 1;
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = file.get(10 + headerLength + i * width);
    }
    return Image.of(pixels, shape[1], shape[0], channels);
  }
}
