package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.RecordSamples.assertError;
import static dev.eman.datasets.reader.RecordSamples.assertPlanes;
import static dev.eman.datasets.reader.RecordSamples.bytes;
import static dev.eman.datasets.reader.RecordSamples.join;
import static dev.eman.datasets.reader.RecordSamples.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MatCacheTest {
  private static final int IMAGE = 3 * 32 * 32;
  private static final MatSamples MAT = new MatSamples(ByteOrder.LITTLE_ENDIAN);
  private static final ImmutableSet<String> NAMES = ImmutableSet.of("X", "y");

  @TempDir private Path folder;
  private Path mat = Path.of(".");
  private Path cache = Path.of(".");
  private Path kept = Path.of(".");

  @BeforeEach
  void write() throws IOException {
    mat = folder.resolve("train_32x32.mat");
    cache = folder.resolve("a cache");
    kept = MatCache.file(cache, mat, NAMES);
    write(1);
  }

  /** Its time is long ago, and the same each time. */
  private void write(int seed) throws IOException {
    byte[] images = join(values(IMAGE, seed), values(IMAGE, seed + 1));
    Files.write(mat, MAT.svhn(images, bytes(10, 3)));
    Files.setLastModifiedTime(mat, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
  }

  private void assertRead(int seed) {
    ImageDataset data = Svhn.open(folder, Part.TRAIN, cache);
    assertEquals(2, data.size());
    assertEquals(List.of(0, 3), List.of(data.label(0), data.label(1)));
    assertPlanes(values(IMAGE, seed), data.image(0), 32, true);
    assertPlanes(values(IMAGE, seed + 1), data.image(1), 32, true);
  }

  @Test
  void read_again_mapsWhatIsKept() throws IOException {
    assertRead(1);
    String uncached = Svhn.open(folder, Part.TRAIN).fingerprint();
    Object key = Files.getAttribute(kept, "lastModifiedTime");
    long size = Files.size(mat);
    Files.write(mat, new byte[(int) size]); // As it is not looked into.
    Files.setLastModifiedTime(mat, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
    assertRead(1);
    assertEquals(key, Files.getAttribute(kept, "lastModifiedTime"));
    assertTrue(
        MatCache.read(mat, NAMES, cache).get("X").values() instanceof MappedByteBuffer mapped
            && mapped.isReadOnly());
    assertEquals(uncached, Svhn.open(folder, Part.TRAIN, cache).fingerprint());
  }

  @Test
  void read_changedFile_isReadAgain() throws IOException {
    assertRead(1);
    write(5);
    Files.setLastModifiedTime(mat, FileTime.from(Instant.parse("2026-01-02T00:00:00Z")));
    assertRead(5);
    assertRead(5);
    assertEquals(2, files(), "the cache's file and its lock");
    Files.delete(mat);
    assertError(() -> Svhn.open(folder, Part.TRAIN, cache), "train_32x32.mat, found nothing");
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.count();
    }
  }

  @Test
  void read_damagedOrTruncatedCache_isMadeAgain() throws IOException {
    assertRead(1);
    byte[] whole = Files.readAllBytes(kept);
    for (int length = 0; length < whole.length; length += length < IMAGE ? 997 : 13) {
      Files.write(kept, Arrays.copyOf(whole, length));
      assertRead(1);
    }
    for (int at = 0; at < whole.length; at += at < 2 * IMAGE ? 997 : 3) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x40;
      Files.write(kept, damaged);
      assertRead(1);
      assertEquals(-1, Arrays.mismatch(whole, Files.readAllBytes(kept)), "byte " + at);
    }
  }

  @Test
  void read_draftOfAKilledProcess_isDeleted() throws IOException {
    Files.createDirectories(cache);
    Path draft = cache.resolve("." + kept.getFileName() + ".01234567-89ab-cdef-0123-456789abcdef");
    Files.write(draft, new byte[100]);
    assertRead(1);
    assertFalse(Files.exists(draft));
  }

  @Test
  void read_atOnce_agree() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        done.add(threads.submit(() -> assertRead(1)));
      }
      for (Future<?> one : done) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(2, files());
  }

  @Test
  void read_cacheThatCannotBeWritten_holdsInMemory() throws IOException {
    Files.writeString(cache, "a file where the folder should be");
    assertRead(1);
    assertTrue(MatCache.read(mat, NAMES, cache).get("X").values().isDirect());
  }

  @Test
  void read_fileThatChangedAMomentAgo_isNotKept() throws IOException {
    Files.setLastModifiedTime(mat, FileTime.from(Instant.now()));
    assertRead(1);
    assertFalse(Files.exists(kept));
  }

  @Test
  void read_damagedFile_leavesNothing() throws IOException {
    byte[] content = Files.readAllBytes(mat);
    Files.write(mat, Arrays.copyOf(content, content.length - 20));
    Files.setLastModifiedTime(mat, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
    assertError(() -> Svhn.open(folder, Part.TRAIN, cache), mat.toString());
    assertEquals(1, files(), "the lock");
  }
}
