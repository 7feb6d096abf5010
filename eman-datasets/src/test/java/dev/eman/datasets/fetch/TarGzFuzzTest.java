package dev.eman.datasets.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.eman.core.fuzz.Damage;
import dev.eman.core.fuzz.FuzzSettings;
import dev.eman.core.fuzz.Reading;
import dev.eman.datasets.fetch.RemoteFile.Unpack;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Damaged and hostile archives: nothing is ever written outside of the folder, and no file that was
 * there is changed. The checksum that a {@link RemoteFile} brings is made to fit, as if the
 * server's owner were the attacker.
 */
@AddLifecycleHook(FuzzSettings.class)
final class TarGzFuzzTest {
  private static final String KEPT = "was here";
  private static final int RECORD = 512;

  private Path root;

  @BeforeProperty
  void makeRoot() throws IOException {
    root = Files.createTempDirectory("archives");
    Files.writeString(root.resolve("outer"), KEPT);
  }

  @AfterProperty
  void deleteRoot() throws IOException {
    MoreFiles.deleteRecursively(root, RecursiveDeleteOption.ALLOW_INSECURE);
  }

  @Provide
  Arbitrary<Damage> damage() {
    return Damage.any();
  }

  @Provide
  Arbitrary<byte[]> noise() {
    return Damage.noise();
  }

  @Property(tries = 80)
  void unpack_noise_error(@ForAll("noise") byte[] noise, @ForAll boolean zipped) throws Exception {
    assertFalse(unpacks(zipped ? gzip(noise) : noise));
  }

  @Property(tries = 120)
  void unpack_damagedGzip_errorOrTheSame(@ForAll("damage") Damage damage) throws Exception {
    if (unpacks(damage.to(gzip(tar("set/a", "set/b"))))) {
      assertEquals("content of set/a", Files.readString(root.resolve("data/set/a")));
      assertEquals("content of set/b", Files.readString(root.resolve("data/set/b")));
    }
  }

  @Property(tries = 120)
  void unpack_damagedTar_errorOrWithinTheFolder(
      @ForAll("damage") Damage damage, @ForAll boolean signed) throws Exception {
    byte[] tar = damage.to(tar("set/a", "set/sub/b", "c"));
    unpacks(gzip(signed ? signed(tar) : tar));
  }

  @Property(tries = 120)
  void unpack_anyNames_errorOrWithinTheFolder(
      @ForAll("names") List<String> names, @ForAll("types") byte type) throws Exception {
    byte[] tar = tar(names.toArray(new String[0]));
    tar[156] = type;
    unpacks(gzip(signed(tar)));
  }

  @Provide
  Arbitrary<List<String>> names() {
    return Arbitraries.of(
            "..",
            ".",
            "",
            "/",
            "a",
            "outer",
            "x.tgz",
            "x.tgz.unpacked",
            "x.tgz.lock",
            "\\",
            "C:",
            "é",
            " ",
            "..\\",
            "~",
            "x.tgz.unpacking",
            "nul",
            "a".repeat(120),
            "\n",
            "%2e%2e")
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(parts -> String.join("/", parts))
        .list()
        .ofMinSize(1)
        .ofMaxSize(3);
  }

  /** Files, links, devices, sparse files, headers of other kinds. */
  @Provide
  Arbitrary<Byte> types() {
    return Arbitraries.of("0127345SKLgxVD\0".chars().mapToObj(c -> (byte) c).toList());
  }

  /** An old sparse header of GNU's: of 77 GB, all but nothing left out. */
  @Example
  void unpack_sparseFile_refused() throws Exception {
    byte[] tar = tar("a");
    tar[156] = 'S';
    byte[] size = "1100000000000".getBytes(UTF_8);
    System.arraycopy(size, 1, tar, 386, 12);
    System.arraycopy("00000000000\0".getBytes(UTF_8), 0, tar, 398, 12);
    System.arraycopy(size, 1, tar, 483, 12);
    assertFalse(unpacks(gzip(signed(tar))));
  }

  @Property(tries = 80)
  void marker_damaged_unpackedAnewOrComplete(@ForAll("damage") Damage damage) throws Exception {
    Path data = Files.createDirectories(root.resolve("marker"));
    Path archive = data.resolve("y.tgz");
    UnpackMarker marker = new UnpackMarker(archive, "sha256:01");
    marker.write(Set.of("a", "b"), Map.of("a/c", 7L));
    Path file = data.resolve("y.tgz.unpacked");
    Files.write(file, damage.to(Files.readAllBytes(file)));
    assertTrue(marker.names().size() < 1000);
    assertFalse(marker.complete(), "neither a nor b is there");
  }

  private boolean unpacks(byte[] archive) throws Exception {
    Path data = root.resolve("data");
    if (Files.exists(data)) {
      MoreFiles.deleteRecursively(data, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    Files.createDirectory(data);
    Files.write(data.resolve("x.tgz"), archive);
    Files.writeString(data.resolve("outer"), KEPT);
    RemoteFile file =
        new RemoteFile(
            URI.create("http://localhost:1/x.tgz"),
            "x.tgz",
            "sha256:" + Hashing.sha256().hashBytes(archive),
            RemoteFile.UNKNOWN,
            Unpack.TAR_GZ);
    boolean unpacked =
        Reading.succeedsOrNames(
            "x.tgz", () -> new Fetcher().fetch(file, data, new FetchListener() {}));
    try (Stream<Path> beside = Files.list(root)) {
      assertTrue(beside.count() <= 3, "nothing is beside the folders");
    }
    assertEquals(KEPT, Files.readString(root.resolve("outer")));
    assertEquals(KEPT, Files.readString(data.resolve("outer")));
    assertTrue(Arrays.equals(archive, Files.readAllBytes(data.resolve("x.tgz"))));
    try (Stream<Path> all = Files.walk(data)) {
      assertTrue(all.noneMatch(Files::isSymbolicLink));
    }
    assertFalse(Files.exists(data.resolve("x.tgz.unpacking")));
    return unpacked;
  }

  private static byte[] tar(String... names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      for (String name : names) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        String text = entry.isDirectory() ? "" : "content of " + name;
        byte[] content = text.getBytes(UTF_8);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** With the first headers' checksums made to fit. */
  private static byte[] signed(byte[] tar) {
    byte[] signed = tar.clone();
    for (int at = 0; at + RECORD <= signed.length && at < 8 * RECORD; at += RECORD) {
      if (signed[at] == 0 && signed[at + 257] == 0) {
        continue;
      }
      Arrays.fill(signed, at + 148, at + 156, (byte) ' ');
      int sum = 0;
      for (int i = 0; i < RECORD; i++) {
        sum += signed[at + i] & 0xff;
      }
      byte[] text = String.format(Locale.ROOT, "%06o\0 ", sum).getBytes(UTF_8);
      System.arraycopy(text, 0, signed, at + 148, 8);
    }
    return signed;
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }
}
