package dev.eman.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The folder that the benchmark has written: the network as text ({@code network.txt}), its
 * parameters ({@code weights.f32}), the same as an ONNX model ({@code network.onnx}), images
 * ({@code images.f32}) with their shape ({@code shape.txt}) and classes ({@code labels.txt}).
 * Numbers are little-endian float32.
 */
record Task(Path folder) {
  /** The parameters, to be closed. */
  FloatFile weights() throws IOException {
    return new FloatFile(folder.resolve("weights.f32"));
  }

  /** The images, to be closed. */
  FloatFile images() throws IOException {
    return new FloatFile(folder.resolve("images.f32"));
  }

  /** Of the images, {@code [N, C, H, W]}. */
  long[] shape() throws IOException {
    return wholes("shape.txt");
  }

  long[] labels() throws IOException {
    return wholes("labels.txt");
  }

  Path onnx() {
    return folder.resolve("network.onnx");
  }

  Path network() {
    return folder.resolve("network.txt");
  }

  private long[] wholes(String name) throws IOException {
    String[] words = Files.readString(folder.resolve(name)).split(" ");
    return Arrays.stream(words).mapToLong(Long::parseLong).toArray();
  }
}
