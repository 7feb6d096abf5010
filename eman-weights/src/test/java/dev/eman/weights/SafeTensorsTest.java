package dev.eman.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.fuzz.Reading;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the format says of a header, and what it does not say but memory asks for. */
final class SafeTensorsTest {
  private static final String A = tensor("a", "F32", "2", 0, 8);

  @TempDir Path folder;

  @Test
  void open_anyOrderAndEmptyTensors_reads() throws IOException {
    Path file =
        write(
            "{"
                + tensor("b", "F32", "1", 8, 12)
                + ",\"__metadata__\":{\"format\":\"pt\"},"
                + tensor("empty", "F32", "0,3", 8, 8)
                + ","
                + tensor("scalar", "I16", "", 12, 14)
                + ",\"a\":{\"data_offsets\":[0,8],\"note\":\"x\",\"shape\":[2],\"dtype\":\"F32\"}}   ",
            floats(1, 2, 3, 0));
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 2));
    try (SafeTensors tensors = SafeTensors.open(file)) {
      assertArrayEquals(new float[] {1, 2}, tensors.read("a"));
      assertArrayEquals(new float[] {3}, tensors.read("b"));
      assertArrayEquals(new float[0], tensors.read("empty"));
      assertArrayEquals(new float[] {0}, tensors.read("scalar"));
      assertEquals("pt", tensors.metadata().get("format"));
    }
  }

  /** Twelve bytes behind the header; {@code b} takes one float. */
  @ParameterizedTest
  @CsvSource({
    "4, 8, two tensors overlap",
    "0, 4, two tensors overlap",
    "12, 16, within 12",
    "8, 13, expected 4 bytes",
    "8, 4, expected 4 bytes",
    "-4, 0, whole numbers from 0 on"
  })
  void open_bytesOfTwoTensorsOrOutside_isRefused(long begin, long end, String what)
      throws IOException {
    refused(what, "{" + A + "," + tensor("b", "F32", "1", begin, end) + "}", floats(1, 2, 3));
  }

  @Test
  void open_bytesOfNoTensor_areRefusedWhereverTheyAre() throws IOException {
    String b = tensor("b", "F32", "1", 12, 16);
    refused("the bytes between are no tensor's", "{" + A + "," + b + "}", floats(1, 2, 3, 4));
    refused("4 bytes at the end are no tensor's", "{" + A + "}", floats(1, 2, 3));
    refused("right behind the header", "{" + b + "}", floats(1, 2, 3, 4));
    refused("4 bytes at the end are no tensor's", "{}", floats(1));
  }

  @Test
  void open_tensorThatTheFormatDoesNotAllow_isRefusedByItsName() throws IOException {
    refused("Duplicate field 'a'", "{" + A + "," + A + "}", floats(1, 2));
    refused("Duplicate field 'shape'", "{" + A.replace("}", ",\"shape\":[2]}") + "}", floats(1, 2));
    refused("tensor a: expected a dtype", "{" + A.replace("F32", "f 32") + "}", floats(1, 2));
    refused("tensor a: expected 12 bytes", "{" + A.replace("[2]", "[3]") + "}", floats(1, 2));
    refused("tensor a: expected whole", "{" + A.replace("[2]", "[2.0]") + "}", floats(1, 2));
    refused("tensor a: expected whole", "{" + A.replace("[2]", "[\"2\"]") + "}", floats(1, 2));
    refused("tensor a: expected a dtype", "{" + A.replace(",8]", "]") + "}", floats(1, 2));
    refused("tensor a: expected a JSON object", "{\"a\":[]}", floats());
    refused("expected text by name", "{\"__metadata__\":{\"a\":1}," + A + "}", floats(1, 2));
    refused("begin with {", " {" + A + "}", floats(1, 2));
    refused("something behind the JSON", "{" + A + "} {}", floats(1, 2));
    refused("no UTF-8", "{" + A.replace('a', '\u00e9') + "}", floats(1, 2));
  }

  /** Nothing is taken for what a header claims of itself. */
  @Test
  void open_headerLongerThanTheFile_isRefusedBeforeItIsRead() throws IOException {
    Path file = write("{}", new byte[4]);
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(99_000_000);
    Files.write(file, bytes);
    refused("claims 99000000 bytes", file);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(100_000_001);
    Files.write(file, bytes);
    refused("expected 2 to 100000000", file);
  }

  @Test
  void open_headerOfTooMuch_isRefused() throws IOException {
    StringBuilder many = new StringBuilder("{\"t\":").append(body("F32", "0", 0, 0));
    StringBuilder facts = new StringBuilder("{\"__metadata__\":{\"t\":\"\"");
    StringBuilder keys = new StringBuilder("{\"a\":{\"t\":1");
    for (int i = 0; i < 300_000; i++) {
      many.append(",\"").append(i).append("\":").append(body("F32", "0", 0, 0));
      facts.append(",\"").append(i).append("\":\"\"");
      keys.append(",\"").append(i).append("\":1");
    }
    refused("names more than 131072 tensors", many + "}", floats());
    refused("more than 131072 names", facts + "}}", floats());
    refused("expected dtype, shape and data_offsets, found", keys + "}}", floats());
    refused(
        "at most 64",
        "{" + A.replace("[2]", "[" + "1,".repeat(10_000_000) + "2]") + "}",
        floats(1, 2));
    refused("found x", "{\"a\":{\"x\":" + "[".repeat(1000) + "]".repeat(1000) + "}}", floats());
  }

  private void refused(String what, String header, byte[] data) throws IOException {
    refused(what, write(header, data));
  }

  private static void refused(String what, Path file) throws IOException {
    Reading.refuses(what, Files.size(file), () -> SafeTensors.open(file).close());
    Reading.refuses("some.safetensors", Files.size(file), () -> SafeTensors.open(file).close());
  }

  private Path write(String header, byte[] data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer all =
        ByteBuffer.allocate(Long.BYTES + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(text.length).put(text).put(data);
    return Files.write(folder.resolve("some.safetensors"), all.array());
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static String tensor(String name, String type, String shape, long begin, long end) {
    return "\"" + name + "\":" + body(type, shape, begin, end);
  }

  private static String body(String type, String shape, long begin, long end) {
    return String.format(
        Locale.ROOT,
        "{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}",
        type,
        shape,
        begin,
        end);
  }
}
