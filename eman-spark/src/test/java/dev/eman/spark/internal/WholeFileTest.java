package dev.eman.spark.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  private final Configuration hadoop = new Configuration();
  private @TempDir java.nio.file.Path folder;
  private Path file;

  @BeforeEach
  void writeFormer() throws IOException {
    file = new Path(folder.resolve("labels.csv").toString());
    try (FSDataOutputStream out = file.getFileSystem(hadoop).create(file)) {
      out.writeBytes("former"); // With a checksum beside it.
    }
  }

  private String read() throws IOException {
    try (FSDataInputStream in = file.getFileSystem(hadoop).open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<String> names() throws IOException {
    try (Stream<java.nio.file.Path> files = Files.list(folder)) {
      return files.map(found -> found.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void write_fileWithChecksum_isReplacedForHadoopToo() throws IOException {
    WholeFile.write(file, hadoop, out -> out.write('n'));

    assertEquals("n", read());
    assertEquals(List.of("labels.csv"), names());
  }

  /** By either name Hadoop looks for checksums beside it. */
  @Test
  void write_link_fileBehindIsReplacedForHadoopToo() throws IOException {
    Path target = file;
    java.nio.file.Path links = Files.createDirectory(folder.resolve("links"));
    java.nio.file.Path link =
        Files.createSymbolicLink(links.resolve("x.csv"), java.nio.file.Path.of("../labels.csv"));
    Files.copy(folder.resolve(".labels.csv.crc"), links.resolve(".x.csv.crc"));
    file = new Path(link.toString());
    WholeFile.write(file, hadoop, out -> out.write('n'));

    assertTrue(Files.isSymbolicLink(link));
    assertEquals("n", read());
    file = target;
    assertEquals("n", read());
    assertEquals(List.of("labels.csv", "links"), names());
  }

  @Test
  void write_linkToAFolderThatIsNotThere_isMadeBehindIt() throws IOException {
    Files.createSymbolicLink(folder.resolve("link.csv"), java.nio.file.Path.of("new/labels.csv"));
    file = new Path(folder.resolve("link.csv").toString());
    WholeFile.write(file, hadoop, out -> out.write('n'));

    assertEquals("n", Files.readString(folder.resolve("new/labels.csv")));
  }

  @Test
  void write_contentThatFails_leavesTheFormerFileAlone() throws IOException {
    IOException full = new IOException("no space");
    assertEquals(
        full,
        assertThrows(
            IOException.class,
            () ->
                WholeFile.write(
                    file,
                    hadoop,
                    out -> {
                      out.write('n');
                      throw full;
                    })));

    assertEquals("former", read());
    assertEquals(List.of(".labels.csv.crc", "labels.csv"), names());
  }

  @Test
  void write_folderThatIsNotThere_isMade() throws IOException {
    file = new Path(folder.resolve("new/labels.csv").toUri().toString());
    WholeFile.write(file, hadoop, out -> out.write('n'));

    assertEquals("n", read());
  }

  /** Where a file appears when it is closed there is no rename, in which it would be missing. */
  @Test
  void write_objectStore_isReplacedByItself() throws IOException {
    Path object = TestObjectStore.path(folder.resolve("labels.csv"));
    WholeFile.write(object, TestObjectStore.configuration(), out -> out.write('n'));

    assertEquals("n", Files.readString(folder.resolve("labels.csv")));
    assertEquals(List.of(".labels.csv.crc", "labels.csv"), names());
  }

  @Test
  void write_objectStoreAndContentThatFails_leavesTheFormerFileAlone() throws IOException {
    Path object = TestObjectStore.path(folder.resolve("labels.csv"));
    IOException full = new IOException("no space");
    assertEquals(
        full,
        assertThrows(
            IOException.class,
            () ->
                WholeFile.write(
                    object,
                    TestObjectStore.configuration(),
                    out -> {
                      out.write('n');
                      throw full;
                    })));

    assertEquals("former", read());
    assertEquals(List.of(".labels.csv.crc", "labels.csv"), names());
  }
}
