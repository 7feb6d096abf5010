package dev.eman.spark.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
