package dev.eman.datasets.reader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.DatasetException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageIndexTest {
  private static final int IMAGENET = 1_281_167;

  @TempDir Path temporary;

  @Test
  void build_anyOrder_sortedByClassAndName() {
    ImageIndexBuilder builder = new ImageIndexBuilder();
    builder.add(1, "b", 4, 40);
    builder.add(0, "sub/a", 2, 20);
    builder.add(1, "a", 3, 30);
    builder.add(0, "z", 1, 10);
    ImageIndex index = builder.build(List.of("x", "y"), true, true);
    assertEquals("x/z", index.fileName(0));
    assertEquals("x/sub/a", index.fileName(1));
    assertEquals("y/a", index.fileName(2));
    assertEquals("y/b", index.fileName(3));
    for (int i = 0; i < 4; i++) {
      assertEquals(i + 1, index.bytes(i));
      assertEquals(10L * (i + 1), index.position(i));
      assertEquals(i / 2, index.label(i));
    }
    assertThrows(IndexOutOfBoundsException.class, () -> index.fileName(4));
    assertThrows(IndexOutOfBoundsException.class, () -> index.label(-1));
  }

  @Test
  void addAll_twoBuilders_sameAsOne() {
    ImageIndexBuilder whole = new ImageIndexBuilder();
    ImageIndexBuilder parts = new ImageIndexBuilder();
    for (int label = 0; label < 3; label++) {
      ImageIndexBuilder part = new ImageIndexBuilder();
      for (int i = 0; i < 700; i++) {
        part.add(0, "image" + i, i, 0);
        whole.add(label, "image" + i, i, 0);
      }
      parts.addAll(part, label);
    }
    ImageIndex a = whole.build(List.of("a", "b", "c"), true, false);
    ImageIndex b = parts.build(List.of("a", "b", "c"), true, false);
    assertArrayEquals(a.names(), b.names());
    assertArrayEquals(a.offsets(), b.offsets());
    assertArrayEquals(a.labels(), b.labels());
    assertArrayEquals(a.sizes(), b.sizes());
    assertEquals(a.fingerprint(), b.fingerprint());
  }

  @Test
  void add_fileOfTwoGibibytes_error() {
    ImageIndexBuilder builder = new ImageIndexBuilder();
    assertThrows(DatasetException.class, () -> builder.add(0, "a", 1L << 31, 0));
  }

  @Test
  void writeRead_asManyAsImageNet_sameAndSmall() throws IOException {
    ImageIndex index = imageNet();
    assertTrue(index.heapBytes() < 60_000_000, () -> index.heapBytes() + " bytes");

    Stamp stamp = new Stamp("generated", ImmutableList.of(new Stamp.Entry("/a", 12L, 34L)));
    Path file = temporary.resolve("index");
    IndexFile.write(file, new IndexCache.Stamped(index, stamp));
    IndexCache.Stamped read = IndexFile.read(file);
    ImageIndex back = read.index();

    assertEquals(file, ReaderSamples.onlyFile(temporary));
    assertEquals(stamp, read.stamp());
    assertEquals(IMAGENET, back.size());
    assertEquals(index.fingerprint(), back.fingerprint());
    assertEquals(index.classNames(), back.classNames());
    assertEquals(index.heapBytes(), back.heapBytes());
    for (int i = 0; i < IMAGENET; i += 9973) {
      assertEquals(name(i), back.fileName(i));
      assertEquals(i / 1282, back.label(i));
      assertEquals(100_000 + i, back.bytes(i));
      assertEquals(110_000L * i, back.position(i));
    }
    assertEquals(name(IMAGENET - 1), back.fileName(IMAGENET - 1));
  }

  static ImageIndex imageNet() {
    ImageIndexBuilder builder = new ImageIndexBuilder();
    List<String> classes = new ArrayList<>();
    for (int label = 0; label < 1000; label++) {
      classes.add(wnid(label));
    }
    for (int i = 0; i < IMAGENET; i++) {
      builder.add(i / 1282, name(i).substring(10), 100_000 + i, 110_000L * i);
    }
    return builder.build(classes, true, true);
  }

  private static String wnid(int label) {
    return "n" + (10_000_000 + label * 1000);
  }

  private static String name(int i) {
    String wnid = wnid(i / 1282);
    return wnid + "/" + wnid + "_" + (10_000 + i % 1282) + ".JPEG";
  }
}
