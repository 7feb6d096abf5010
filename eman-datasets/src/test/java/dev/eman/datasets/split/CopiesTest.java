package dev.eman.datasets.split;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.ByteSource;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.ImageDataset;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class CopiesTest {
  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

  private static ByteSource text(String content) {
    return ByteSource.wrap(content.getBytes(StandardCharsets.UTF_8));
  }

  private Copies find(int size, IntFunction<ByteSource> file) {
    ImageDataset data = LabelsOnly.ofFiles(size, file);
    return Copies.in(data, lines::add);
  }

  /** Counts each time that it is opened. */
  private static ByteSource counting(ByteSource file, Runnable opened) {
    return new ByteSource() {
      @Override
      public InputStream openStream() throws IOException {
        opened.run();
        return file.openStream();
      }

      @Override
      public com.google.common.base.Optional<Long> sizeIfKnown() {
        return file.sizeIfKnown();
      }
    };
  }

  @Test
  void in_manyFilesOfFewSizes_groupsAscending() {
    String tail = "x".repeat(5000);
    // Positions i and i + 300 are copies, in files of three sizes, all with one end.
    Copies copies = find(600, i -> text((100 + i % 300) + "y".repeat(i % 3) + tail));
    for (int i = 0; i < 300; i++) {
      assertEquals(ImmutableIntArray.of(i, i + 300), copies.of(i));
      assertEquals(ImmutableIntArray.of(i, i + 300), copies.of(i + 300));
    }
    assertTrue(lines.isEmpty(), lines::toString);
  }

  @Test
  void in_manyFilesOfOneSize_readByManyThreads() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    find(1000, i -> counting(text("the same"), () -> threads.add(Thread.currentThread())));
    assertTrue(threads.size() > 1, threads::toString);
  }

  @Test
  void in_sizesThatOccurOnce_readNothing() {
    ConcurrentLinkedQueue<Integer> opened = new ConcurrentLinkedQueue<>();
    Copies copies = find(100, i -> counting(text("x".repeat(i)), () -> opened.add(i)));
    assertTrue(copies.isEmpty());
    assertTrue(opened.isEmpty(), opened::toString);
  }

  @Test
  void in_tooManyFilesOfOneSize_readNothingAndSaySo() {
    ConcurrentLinkedQueue<Integer> opened = new ConcurrentLinkedQueue<>();
    IntFunction<ByteSource> file = i -> counting(text("same"), () -> opened.add(i));
    assertTrue(find(100_001, file).isEmpty());
    assertTrue(opened.isEmpty(), "none is read");
    assertEquals(
        List.of(
            "photos: copies of files are not looked for, because 100001 files have the size of"
                + " another, more than 100000; held-out images may have copies among those trained"
                + " on: `eman data check` finds them"),
        lines);
    assertEquals(100_000, find(100_000, file).of(7).length());
    assertEquals(1, lines.size());
  }

  @Test
  void in_fileThatCannotBeRead_isNoCopyAndNamed() {
    ByteSource gone =
        new ByteSource() {
          @Override
          public InputStream openStream() throws IOException {
            throw new IOException("Input/output error");
          }

          @Override
          public com.google.common.base.Optional<Long> sizeIfKnown() {
            return com.google.common.base.Optional.of(4L);
          }
        };
    Copies copies = find(3, i -> i == 1 ? gone : text("same"));
    assertEquals(ImmutableIntArray.of(0, 2), copies.of(0));
    assertEquals(ImmutableIntArray.of(1), copies.of(1));
    assertEquals(
        List.of(
            "photos#1 cannot be read, so it is held out, or not, without its copies: Input/output"
                + " error"),
        lines);
  }
}
