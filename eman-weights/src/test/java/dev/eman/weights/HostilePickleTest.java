package dev.eman.weights;

import dev.eman.core.fuzz.Reading;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights that are small files and would be much in memory, or much to do. */
final class HostilePickleTest {
  private static final String TOO_MANY = "it builds more than 2097152 values";

  /** {@code q} and a number remember a value, {@code h} and it bring it back. */
  private static final String STORAGE =
      "ctorch\nFloatStorage\nq\1(X\7\0\0\0storageh\1X\1\0\0\0" + "0X\3\0\0\0cpuK\4tQq\2";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "}",
        "]",
        "(",
        ")",
        "2",
        "N0",
        "N\u0085",
        "}\u0094",
        "}NNs",
        "]Na",
        "(t",
        "(d",
        "h\0)R",
        "h\0)\u0081Nb"
      })
  void open_tooManyValues_isRefused(String unit) throws IOException {
    refused(TOO_MANY, "cx\nY\nq\0" + unit.repeat(3_000_000) + ".");
  }

  @Test
  void open_legacyFileOfTooManyValues_isRefused() throws IOException {
    String head = "\u0080\2\u008a\12l\u00fc\u009cF\u00f9 j\u00a8P\31.\u0080\2M\u00e9\3.\u0080\2}.";
    Path file = folder.resolve("some.pth");
    byte[] bytes = (head + "}".repeat(3_000_000) + ".").getBytes(StandardCharsets.ISO_8859_1);
    refused(TOO_MANY, Files.write(file, bytes));
  }

  /** A dictionary of some size, copied by four bytes each time. */
  @Test
  void open_copiesOfOneDictionary_areRefused() throws IOException {
    StringBuilder pickle = new StringBuilder("ccollections\nOrderedDict\nq\0}(");
    for (int i = 0; i < 10_000; i++) {
      pickle.append("M").append((char) (i & 255)).append((char) (i >> 8)).append('N');
    }
    refused(TOO_MANY, pickle + "uq\1" + "h\0h\1\u0085R".repeat(1_000_000) + ".");
  }

  @Test
  void open_copiesOfOneShape_areRefused() throws IOException {
    String shape = "(" + "K\1".repeat(60) + "tq\3";
    String tensor = "ctorch._utils\n_rebuild_tensor_v2\nq\4(h\2K\0h\3h\3tq\5";
    refused(TOO_MANY, STORAGE + shape + tensor + "h\4h\5R".repeat(1_000_000) + ".");
    refused(
        "a tensor has 10000 dimensions",
        STORAGE + shape.replace("K\1".repeat(60), "K\1".repeat(10_000)) + tensor + "h\4h\5R.");
  }

  /** One long key before many values, each of which would be named by all of it. */
  @Test
  void open_longNameBeforeManyValues_isRefused() throws IOException {
    String key = "X\0\0\u0010\0" + "k".repeat(1 << 20);
    refused("its names take more than", "}" + key + "](" + ")".repeat(500_000) + "es.");
  }

  /** One long list in many places: what can hold nothing is passed over once. */
  @Test
  void open_oneListInManyPlaces_isRefused() throws IOException {
    String list = "](" + "N".repeat(1_000_000) + "e";
    String places = "h\1".repeat(500_000);
    refused("it has more than 1048576", list + "q\1](" + places + "e.");
    refused("it has more than 1048576", "}(K\1" + list + "q\1K\2cx\nY\n)R](" + places + "ebu.");
  }

  @Test
  void open_nestedTooDeeply_isRefused() throws IOException {
    refused("nested more than 32 deep", "]".repeat(40) + "a".repeat(39) + ".");
    refused("nested more than 32 deep", "]q\1h\1a.");
  }

  @Test
  void open_longTextWhereTheMessageWouldHaveIt_isShortened() throws IOException {
    String text = "X\0\0\u0010\0" + "k".repeat(1 << 20);
    refused("kkkk ...", text + "X\1\0\0\0a\u0093.");
    refused("a number in it is damaged", "F" + "k".repeat(1 << 20) + "\n.");
    refused("a number has 1048576 digits", "I" + "7".repeat(1 << 20) + "\n.");
    refused("expected a number", "Np" + "k".repeat(1 << 20) + "\n.");
  }

  /** An entry of the archive that unpacks to more than is read, or than its header says. */
  @Test
  void open_pickleThatUnpacksToMore_isRefused() throws IOException {
    Path file = folder.resolve("some.pth");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      byte[] block = new byte[1 << 20];
      for (int i = 0; i < 80; i++) {
        zip.write(block);
      }
    }
    refused("expected the entry archive/data.pkl with at most 67108864 bytes", file);
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int directory = text.indexOf("PK\1\2");
    for (int i = 0; i < 4; i++) {
      bytes[directory + 24 + i] = (byte) (1000 >> 8 * i);
    }
    Files.write(file, bytes);
    refused("expected 1000 bytes in archive/data.pkl, found others", file);
  }

  /** A storage of which each tensor takes a few elements, but all would have to be read. */
  @Test
  void read_fewElementsAmongVeryMany_isRefused() throws IOException {
    int length = 1 << 25;
    Path file = folder.resolve("some.pth");
    String number = "J\0\0\0\2"; // 2^25.
    String pickle =
        "\u0080\2"
            + STORAGE.replace("K\4", number).replace("Float", "Char")
            + "}X\1\0\0\0actorch._utils\n"
            + "_rebuild_tensor_v2\n"
            + "(h\2K\0K\2\u0085J\u00ff\u00ff\u00ff\1\u0085tRs.";
    try (PyTorchArchive archive = new PyTorchArchive(Files.newOutputStream(file))) {
      archive.put("data.pkl", pickle.getBytes(StandardCharsets.ISO_8859_1));
      archive.put("data/0", new byte[length]);
    }
    Reading.refuses(
        "it takes 2 elements spread over 33554432",
        0,
        () -> {
          try (TensorFile weights = TensorFiles.open(file)) {
            weights.read("a");
          }
        });
  }

  private void refused(String what, String pickle) throws IOException {
    byte[] bytes = ("\u0080\2" + pickle).getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (PyTorchArchive archive = new PyTorchArchive(all)) {
      archive.put("data.pkl", bytes);
      archive.put("data/0", new byte[16]);
    }
    refused(what, Files.write(folder.resolve("some.pth"), all.toByteArray()));
  }

  private static void refused(String what, Path file) throws IOException {
    Reading.refuses(what, Files.size(file), () -> TensorFiles.open(file).close());
  }
}
