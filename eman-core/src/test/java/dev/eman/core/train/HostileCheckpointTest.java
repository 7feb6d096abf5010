package dev.eman.core.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.Supervised;
import dev.eman.core.fuzz.Reading;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that are small files and would be much in memory. */
final class HostileCheckpointTest {
  private static final int MANY = 100 << 20;

  @TempDir private Path folder;

  @Test
  void read_partThatUnpacksToMoreThanTheFile_isRefused() throws IOException {
    refused("it claims to unpack to", write(Map.of("student", new byte[MANY])));
    Map<String, byte[]> several = new LinkedHashMap<>();
    for (int i = 0; i < 8; i++) {
      several.put("state/" + i, new byte[10 << 20]);
    }
    refused("it claims to unpack to", write(several));
  }

  /** The directory says less than there is, or more. */
  @Test
  void read_partOfAnotherSizeThanClaimed_isRefused() throws IOException {
    byte[] part = new byte[1 << 20];
    for (int claimed : new int[] {1000, (1 << 20) + 1, MANY, -1}) {
      byte[] file = Files.readAllBytes(write(Map.of("student", part)));
      ByteBuffer zip = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
      int changed = 0;
      for (int at = 0; at + 46 < file.length; at++) {
        if (zip.getInt(at) == 0x02014b50 && zip.getInt(at + 24) == part.length) {
          zip.putInt(at + 24, claimed);
          changed++;
        }
      }
      assertEquals(1, changed);
      refused("damaged", Files.write(folder.resolve("some.ckpt"), file));
    }
  }

  @Test
  void read_tooMuchTextOrTooManyParts_isRefused() throws IOException {
    Path text = write(Map.of("meta/note", new byte[40 << 20]));
    refused("bytes of text, found", text);
    Reading.refuses("bytes of text, found", Files.size(text), () -> CheckpointFacts.read(text));
    Map<String, byte[]> many = new LinkedHashMap<>();
    for (int i = 0; i < 5000; i++) {
      many.put("meta/" + i, new byte[0]);
    }
    refused("expected at most 4096 parts, found 500", write(many));
  }

  @Test
  void load_namesThatNoNetworkHas_areRefusedInShort() throws IOException {
    StudentTeacherAlgorithm algorithm = algorithm();
    byte[] names = "a [1]\n".repeat(500_000).getBytes(StandardCharsets.UTF_8);
    Path file = write(Map.of("student.names", names, "student", new byte[4]));
    Checkpoint read = Checkpoint.read(file);
    Reading.refuses(
        "of tensors' names",
        Files.size(file),
        () -> read.loadPart(false, algorithm.student().parameters()));
    Reading.refuses("of tensors' names", Files.size(file), () -> read.restore(algorithm));
  }

  @Test
  void load_longLineOrNumber_isShownInShort() throws IOException {
    byte[] line = "9".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
    Path file =
        write(Map.of("student.names", line, "student", new byte[4], "meta/data_position", line));
    Checkpoint read = Checkpoint.read(file);
    Reading.refuses("data_position", Files.size(file), read::position);
    Reading.refuses("found 9999", Files.size(file), () -> read.restore(algorithm()));
  }

  /** What could not be read again is not written, and what is there stays. */
  @Test
  void write_tooMuchMetadata_failsAndChangesNothing() throws IOException {
    Path file = Files.writeString(folder.resolve("some.ckpt"), "before");
    StudentTeacherAlgorithm algorithm = algorithm();
    Map<String, String> metadata = Map.of("note", "x".repeat(9 << 20));
    EmanException e =
        assertThrows(EmanException.class, () -> Checkpoint.write(file, algorithm, 0, metadata));
    assertTrue(String.valueOf(e.getMessage()).contains("some.ckpt"), e.getMessage());
    assertEquals("before", Files.readString(file));
    Checkpoint.write(file, algorithm, 0, Map.of("note", "\u20ac".repeat(8_000_000)));
    assertEquals(8_000_000, Checkpoint.read(file).require("note").length());
  }

  private static void refused(String what, Path file) throws IOException {
    Reading.refuses(what, Files.size(file), () -> Checkpoint.read(file));
    Reading.refuses(file.toString(), Files.size(file), () -> Checkpoint.read(file));
    byte[] content = Files.readAllBytes(file);
    Path absent = file.resolveSibling("absent.ckpt");
    Reading.refuses(what, content.length, () -> Checkpoint.read(content, absent));
  }

  /** Compressed, as {@link Checkpoint} never writes. */
  private Path write(Map<String, byte[]> parts) throws IOException {
    Path file = folder.resolve("some.ckpt");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      put(zip, "format", "eman checkpoint 1".getBytes(StandardCharsets.UTF_8));
      put(zip, "meta/steps", new byte[] {'0'});
      for (Map.Entry<String, byte[]> part : parts.entrySet()) {
        put(zip, part.getKey(), part.getValue());
      }
    }
    return file;
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(content);
    zip.closeEntry();
  }

  private static StudentTeacherAlgorithm algorithm() {
    return new Supervised(
        new Student(
            Backbones.named("resnet8-w4", 1).classifier(3, 1), Sgd.decayingAll(0.9, false, 1e-4)));
  }
}
