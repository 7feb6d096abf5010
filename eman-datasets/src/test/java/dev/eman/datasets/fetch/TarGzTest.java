package dev.eman.datasets.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import dev.eman.datasets.fetch.RemoteFile.Unpack;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TarGzTest {
  private final List<String> events = new ArrayList<>();
  @TempDir Path root;

  @Test
  void fetch_tarGz_unpacksItsFolders() throws IOException {
    fetch(tarGz(file("./set/train/a.txt", "a"), file("set/b.txt", "b"), file("readme", "r")));
    assertEquals("a", Files.readString(folder().resolve("set/train/a.txt")));
    assertEquals("b", Files.readString(folder().resolve("set/b.txt")));
    assertEquals("r", Files.readString(folder().resolve("readme")));
    assertEquals(
        List.of("verified x.tgz", "unpacked set", "unpacked readme"),
        events.subList(events.size() - 3, events.size()));
    assertEquals(List.of("readme", "set", "x.tgz", "x.tgz.lock", "x.tgz.unpacked"), names());
  }

  @Test
  void fetch_unpackedBeforeAndArchiveDeleted_doesNothing() throws IOException {
    byte[] archive = tarGz(file("set/b.txt", "b"));
    fetch(archive);
    Files.delete(folder().resolve("x.tgz"));
    events.clear();
    fetch(archive);
    assertEquals(List.of(), events);
    assertFalse(Files.exists(folder().resolve("x.tgz")));
  }

  @Test
  void fetch_oneOfTwoFoldersGone_bringsItBack() throws IOException {
    byte[] archive = tarGz(file("one/a.txt", "a"), file("two/b.txt", "b"));
    fetch(archive);
    Files.writeString(folder().resolve("one/a.txt"), "mine");
    Files.delete(folder().resolve("two/b.txt"));
    Files.delete(folder().resolve("two"));
    fetch(archive);
    assertEquals("mine", Files.readString(folder().resolve("one/a.txt")));
    assertEquals("b", Files.readString(folder().resolve("two/b.txt")));
  }

  @Test
  void fetch_filesMissingOrTruncated_bringsThemBack() throws IOException {
    byte[] archive =
        tarGz(file("set/a.txt", "aaa"), file("set/more/b.txt", "bbb"), file("set/c.txt", "ccc"));
    fetch(archive);
    Files.writeString(folder().resolve("set/a.txt"), "a");
    Files.delete(folder().resolve("set/more/b.txt"));
    Files.delete(folder().resolve("set/more"));
    Files.writeString(folder().resolve("set/c.txt"), "mine, and longer");
    Files.writeString(folder().resolve("set/mine.txt"), "mine");
    fetch(archive);
    assertEquals("aaa", Files.readString(folder().resolve("set/a.txt")));
    assertEquals("bbb", Files.readString(folder().resolve("set/more/b.txt")));
    assertEquals("mine, and longer", Files.readString(folder().resolve("set/c.txt")));
    assertEquals("mine", Files.readString(folder().resolve("set/mine.txt")));
    events.clear();
    fetch(archive);
    assertEquals(List.of(), events);
  }

  @Test
  void fetch_markerOfEarlierVersions_completeByItsNames() throws IOException {
    byte[] archive = tarGz(file("set/a.txt", "aaa"));
    fetch(archive);
    Path marker = folder().resolve("x.tgz.unpacked");
    Files.write(marker, Files.readAllLines(marker).subList(0, 2));
    Files.writeString(folder().resolve("set/a.txt"), "a");
    events.clear();
    fetch(archive);
    assertEquals(List.of(), events);
    Files.delete(folder().resolve("set/a.txt"));
    Files.delete(folder().resolve("set"));
    fetch(archive);
    assertEquals("aaa", Files.readString(folder().resolve("set/a.txt")));
  }

  @Test
  void fetch_folderOfAnotherOriginInTheWay_refusesAndLeavesIt() throws IOException {
    Path mine = Files.createDirectories(folder().resolve("set")).resolve("mine.txt");
    Files.writeString(mine, "mine");
    byte[] archive = tarGz(file("first/a.txt", "a"), file("set/b.txt", "b"));
    FetchException e = assertThrows(FetchException.class, () -> fetch(archive));
    assertTrue(e.getMessage().contains(folder().resolve("set").toString()), e::getMessage);
    assertEquals("mine", Files.readString(mine));
    assertEquals(List.of("set", "x.tgz", "x.tgz.lock"), names());
  }

  @Test
  void fetch_leftoverOfAnInterruptedUnpack_isReplaced() throws IOException {
    Path half = Files.createDirectories(folder().resolve("x.tgz.unpacking/set"));
    Files.writeString(half.resolve("half.txt"), "ha");
    fetch(tarGz(file("set/b.txt", "b")));
    assertEquals("b", Files.readString(folder().resolve("set/b.txt")));
    assertFalse(Files.exists(folder().resolve("set/half.txt")));
    assertFalse(Files.exists(folder().resolve("x.tgz.unpacking")));
  }

  @Test
  void fetch_killedAtTheVeryEnd_leftoversAreDeletedNextTime() throws IOException {
    byte[] archive = tarGz(file("set/b.txt", "b"));
    fetch(archive);
    Files.createDirectories(folder().resolve("x.tgz.unpacking/set"));
    Path draft = folder().resolve(".x.tgz.unpacked." + UUID.randomUUID());
    Files.writeString(draft, "half");
    Path other = Files.writeString(folder().resolve(".y.tgz.unpacked." + UUID.randomUUID()), "y");
    fetch(archive);
    Files.delete(other); // Of another archive, whose lock nobody has: still there.
    assertEquals(List.of("set", "x.tgz", "x.tgz.lock", "x.tgz.unpacked"), names());
  }

  @Test
  void fetch_truncatedArchive_leavesNoFolder() throws IOException {
    byte[] whole = tarGz(file("set/a.txt", "a"), file("set/b.txt", "b".repeat(5000)));
    FetchException e =
        assertThrows(FetchException.class, () -> fetch(Arrays.copyOf(whole, whole.length * 2 / 3)));
    assertTrue(e.getMessage().contains("x.tgz"), e::getMessage);
    assertEquals(List.of("x.tgz", "x.tgz.lock"), names());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil.txt",
        "set/../../evil.txt",
        "/evil.txt",
        "set\\..\\evil.txt",
        "C:/evil",
        "set/two\nlines",
        "set/\u001b[2J.txt"
      })
  void fetch_entryOutsideTheFolder_isRefused(String name) throws IOException {
    byte[] archive = tarGz(file("set/a.txt", "a"), file(name, "evil"));
    FetchException e = assertThrows(FetchException.class, () -> fetch(archive));
    assertTrue(e.getMessage().contains("'" + name + "'"), e::getMessage);
    assertEquals(List.of("x.tgz", "x.tgz.lock"), names());
    assertFalse(Files.exists(root.resolve("evil.txt")));
  }

  @ParameterizedTest
  @ValueSource(
      bytes = {
        TarConstants.LF_SYMLINK,
        TarConstants.LF_LINK,
        TarConstants.LF_FIFO,
        TarConstants.LF_CHR,
        TarConstants.LF_BLK
      })
  void fetch_linkOrDevice_isRefused(byte type) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("set/link", type);
    if (type == TarConstants.LF_SYMLINK || type == TarConstants.LF_LINK) {
      entry.setLinkName("../..");
    }
    byte[] archive = tarGz(file("set/a.txt", "a"), new Entry(entry, new byte[0]));
    FetchException e = assertThrows(FetchException.class, () -> fetch(archive));
    assertTrue(e.getMessage().contains("'set/link', a link or device"), e::getMessage);
    assertEquals(List.of("x.tgz", "x.tgz.lock"), names());
  }

  /** Zeros, of which a few bytes stand for many. */
  @Test
  void fetch_archiveThatUnpacksToFarMore_isRefusedAndLeavesNothing() throws IOException {
    byte[] zeros = new byte[80 << 20];
    TarArchiveEntry header = new TarArchiveEntry("set/zeros");
    header.setSize(zeros.length);
    byte[] archive = tarGz(file("set/a.txt", "a"), new Entry(header, zeros));
    assertTrue(archive.length < 200_000, "bytes: " + archive.length);
    FetchException e = assertThrows(FetchException.class, () -> fetch(archive));
    assertTrue(e.getMessage().contains("it unpacks to more than"), e::getMessage);
    assertTrue(e.getMessage().contains("x.tgz"), e::getMessage);
    assertEquals(List.of("x.tgz", "x.tgz.lock"), names());
  }

  @ParameterizedTest
  @ValueSource(
      bytes = {
        TarConstants.LF_GNUTYPE_LONGNAME,
        TarConstants.LF_GNUTYPE_LONGLINK,
        TarConstants.LF_PAX_EXTENDED_HEADER_LC
      })
  void fetch_nameOrHeaderOfMegabytes_isRefused(byte type) throws IOException {
    byte[] name = new byte[2 << 20];
    Arrays.fill(name, (byte) 'n');
    TarArchiveEntry header = new TarArchiveEntry("././@LongLink", type);
    header.setSize(name.length);
    byte[] archive = tarGz(new Entry(header, name), file("set/a.txt", "a"));
    FetchException e = assertThrows(FetchException.class, () -> fetch(archive));
    assertTrue(e.getMessage().contains("a name or header of 2097152 bytes"), e::getMessage);
    assertEquals(List.of("x.tgz", "x.tgz.lock"), names());
  }

  private record Entry(TarArchiveEntry header, byte[] content) {}

  private static Entry file(String name, String text) {
    byte[] content = text.getBytes(UTF_8);
    TarArchiveEntry header = new TarArchiveEntry(name, true);
    header.setSize(content.length);
    return new Entry(header, content);
  }

  private static byte[] tarGz(Entry... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      for (Entry entry : entries) {
        tar.putArchiveEntry(entry.header());
        tar.write(entry.content());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private void fetch(byte[] archive) throws IOException {
    try (FileServer server = new FileServer(archive)) {
      RemoteFile file =
          new RemoteFile(
              server.uri("/file"),
              "x.tgz",
              "sha256:" + Hashing.sha256().hashBytes(archive),
              archive.length,
              Unpack.TAR_GZ);
      new Fetcher().fetch(file, folder(), new RecordingListener(events));
    }
  }

  private Path folder() {
    return root.resolve("data");
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(folder())) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
