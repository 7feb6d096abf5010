package dev.eman.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"types.pth", "types_legacy.pth"})
  void read_everyTypeAndView_isWhatPyTorchWrote(String name) {
    try (TensorFile file = TensorFiles.open(Fixtures.path(name))) {
      assertValues(file, "f32", 0, -1.5f, 3e38f, Float.POSITIVE_INFINITY);
      assertValues(file, "f64", (float) (1.0 / 3), -2.5f);
      assertValues(file, "f16", 1, -0.5f, 0x1p-24f, 65504);
      assertValues(file, "bf16", 1, -3.140625f);
      assertValues(file, "i64", -1, 0x1p40f);
      assertValues(file, "i32", -7, 0x1p20f);
      assertValues(file, "i16", -7, 300);
      assertValues(file, "i8", -128, 127);
      assertValues(file, "u8", 0, 255);
      assertValues(file, "bool", 1, 0);
      assertValues(file, "scalar", 2.5f);
      assertValues(file, "empty");
      assertValues(file, "parameter", 4, 5);
      assertValues(file, "column", 2, 8, 14, 20);
      assertValues(file, "slice", 5, 6, 7, 8);
      assertEquals("[6, 4]", file.tensors().get("transposed").shape().toString());
      assertArrayEquals(
          new float[] {0, 6, 12, 18, 1, 7, 13, 19}, Arrays.copyOf(file.read("transposed"), 8));
      assertEquals(23, file.read("matrix")[23]);
      assertValues(file, "nested.list.0", 1);
      assertValues(file, "nested.list.1.0", 2);
      assertValues(file, "nested.7", 3);
      assertEquals(20, file.tensors().size());
    }
  }

  private static void assertValues(TensorFile file, String name, float... expected) {
    assertArrayEquals(expected, file.read(name), name);
  }

  @ParameterizedTest
  @CsvSource({"evil.pth, system", "evil_legacy.pth, system"})
  void open_program_isRefusedByNameAndNotExecuted(String name, String what) {
    Path file = Fixtures.path(name);
    EmanException e = assertThrows(EmanException.class, () -> TensorFiles.open(file));
    assertTrue(e.getMessage().contains(what), e.getMessage());
    assertTrue(e.getMessage().contains("nothing was executed"), e.getMessage());
    assertTrue(e.getMessage().contains(name), e.getMessage());
    assertFalse(Files.exists(Path.of("executed-by-a-pickle")));
  }

  @ParameterizedTest
  @CsvSource({
    "namespace.pth, args, argparse.Namespace",
    "namespace_legacy.pth, args, argparse.Namespace",
    "numpy_scalar.pth, best, numpy.core.multiarray.scalar",
    "numpy_scalar_legacy.pth, best, numpy.core.multiarray.scalar"
  })
  void open_objectBesideTensors_isPassedOver(String name, String path, String what) {
    try (TensorFile file = TensorFiles.open(Fixtures.path(name))) {
      assertEquals(Map.of(path, new Unread(what, false)), file.unread());
      assertValues(file, "state_dict.w", 0, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain.pth", "plain_legacy.pth"})
  void open_truncatedAnywhere_saysSo(String name) throws IOException {
    byte[] whole = Files.readAllBytes(Fixtures.path(name));
    Path cut = folder.resolve("cut.pth");
    for (int length = 0; length < whole.length; length += 97) {
      Files.write(cut, Arrays.copyOf(whole, length));
      EmanException e =
          assertThrows(EmanException.class, () -> TensorFiles.open(cut), "cut to " + length);
      assertTrue(e.getMessage().contains("cut.pth"), e.getMessage());
    }
  }

  @Test
  void read_changedWeight_isNoticedByItsChecksum() throws IOException {
    byte[] bytes = Files.readAllBytes(Fixtures.path("plain.pth"));
    int changed = 0;
    for (int at = 64; at < bytes.length; at += 64) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 0x10;
      Path file = folder.resolve("changed.pth");
      Files.write(file, damaged);
      try (TensorFile opened = TensorFiles.open(file)) {
        opened.tensors().keySet().forEach(opened::read);
      } catch (EmanException e) {
        changed++;
      }
    }
    // What is left is padding and headers that nothing reads.
    assertTrue(changed > 0.6 * bytes.length / 64, changed + " of " + bytes.length / 64);
  }

  @Test
  void open_missingEmptyOrOther_saysWhatWasExpected() throws IOException {
    assertMessage(folder.resolve("none.pth"), "found nothing");
    Path empty = Files.createFile(folder.resolve("empty.pth"));
    assertMessage(empty, "an empty file");
    Path text = Files.writeString(folder.resolve("text.pth"), "no weights");
    assertMessage(text, "found another file");
    Path tar = folder.resolve("a.tar");
    byte[] header = new byte[512];
    System.arraycopy("ustar".getBytes(), 0, header, 257, 5);
    Files.write(tar, header);
    assertMessage(tar, "a tar archive");
  }

  /** Values that hold themselves, or one another many times over: their text would have no end. */
  @Test
  void open_pickleWithoutAnEnd_isRefusedByItsKind() throws IOException {
    Path file = folder.resolve("crafted.pth");
    String itself = "]q\0h\0a"; // A list whose only element is the list.
    Files.write(file, PyTorchArchive.ofPickle(0x80, 4, itself, "X\1\0\0\0a", 0x93, "."));
    assertMessage(file, "expected text, found a list or tuple");
    String half = "2\u0086"; // A pair of what is there, twice.
    Files.write(
        file, PyTorchArchive.ofPickle(0x80, 4, ")", half.repeat(60), "X\1\0\0\0a", 0x93, "."));
    assertMessage(file, "expected text, found a list or tuple");
    Files.write(file, PyTorchArchive.ofPickle(0x80, 4, "}", itself, "Ns."));
    assertMessage(file, "expected text or a number as a key, found a list or tuple");
    byte[] huge = new byte[1 << 20];
    Arrays.fill(huge, (byte) 0x55);
    Files.write(file, PyTorchArchive.ofPickle(0x80, 4, "}", 0x8b, "\0\0\u0010\0", huge, "Ns."));
    assertMessage(file, "found a number of 8388607 bits");
  }

  /** The directory of a zip archive claims sizes of its own. */
  @Test
  void open_entryThatClaimsMore_saysSo() throws IOException {
    byte[] bytes = Files.readAllBytes(Fixtures.path("plain.pth"));
    ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int claims = 0;
    for (int at = 0; at + 46 < bytes.length; at++) {
      if (zip.getInt(at) == 0x02014b50) { // An entry of the directory.
        int length = zip.getShort(at + 28);
        String name = new String(bytes, at + 46, length, StandardCharsets.UTF_8);
        if (name.endsWith("data/0")) {
          zip.putInt(at + 24, 0x7fffffff);
          claims++;
        }
      }
    }
    assertEquals(1, claims);
    Path file = Files.write(folder.resolve("claims.pth"), bytes);
    assertMessage(file, "uncompressed, at plain/data/0, found 2147483647 bytes");
  }

  private static void assertMessage(Path file, String what) {
    EmanException e = assertThrows(EmanException.class, () -> TensorFiles.open(file));
    assertTrue(e.getMessage().contains(what), e.getMessage());
  }
}
