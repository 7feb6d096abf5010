package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.ReaderSamples.age;
import static dev.eman.datasets.reader.ReaderSamples.onlyFile;
import static dev.eman.datasets.reader.ReaderSamples.png;
import static dev.eman.datasets.reader.ReaderSamples.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.io.LockFile;
import dev.eman.datasets.ImageDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ImageFolderCacheTest {
  @TempDir Path temporary;
  private Path root;
  private Path cache;

  @BeforeEach
  void makeFolder() throws IOException {
    root = temporary.resolve("data");
    cache = temporary.resolve("cache");
    write(root, "dog/1.png", png(0xff0000));
    write(root, "dog/2.png", png(0x00ff00));
    write(root, "cat/3.png", png(0x0000ff));
    age(root);
  }

  @Test
  void open_unchangedFolder_takenFromCache() throws IOException {
    ImageDataset first = cached();
    // What the cache does not notice shows that the folder is not listed again.
    Files.write(root.resolve("dog/1.png"), new byte[12345]);
    ImageDataset second = cached();
    assertEquals(ImageFolderTest.names(first), ImageFolderTest.names(second));
    assertEquals(ImageFolderTest.labels(first), ImageFolderTest.labels(second));
    assertEquals(first.classNames(), second.classNames());
    assertEquals(first.fingerprint(), second.fingerprint());
    assertNotEquals(first.fingerprint(), open().fingerprint());
    assertEquals(0, second.image(0).get(0, 0, 0));
  }

  @Test
  void open_fileAddedRemovedRenamed_listedAnew() throws IOException {
    cached();
    write(root, "dog/4.png", png(1));
    assertEquals(4, cached().size());
    age(root);
    cached();
    Files.delete(root.resolve("dog/4.png"));
    assertEquals(3, cached().size());
    age(root);
    cached();
    Files.move(root.resolve("cat/3.png"), root.resolve("cat/4.png"));
    assertEquals("cat/4.png", cached().imageName(0));
    age(root);
    cached();
    write(root, "emu/1.png", png(1));
    assertEquals(List.of("cat", "dog", "emu"), cached().classNames());
    age(root);
    write(root, "dog/deep/deeper/1.png", png(1));
    age(root);
    assertEquals(5, cached().size());
    write(root, "dog/deep/deeper/2.png", png(1));
    assertEquals(6, cached().size());
  }

  @Test
  void open_fromCache_sameNotes() throws IOException {
    write(root, "dog/3.heic", png(1));
    age(root);
    List<String> notes = cached().notes();
    assertEquals(List.of("animals: 1 file passed over: 1 .heic"), notes);
    write(root, "dog/1.png", new byte[12345]);
    assertNotEquals(open().fingerprint(), cached().fingerprint(), "not from the cache");
    assertEquals(notes, cached().notes());
  }

  @Test
  void open_brokenLinkRepaired_listedAgain() throws IOException {
    Path target = temporary.resolve("elsewhere.png");
    Files.createSymbolicLink(root.resolve("dog/3.png"), target);
    age(root.resolve("cat"));
    Files.setLastModifiedTime(root, FileTime.from(Instant.now().minusSeconds(3600)));
    Files.setLastModifiedTime(root.resolve("dog"), FileTime.from(Instant.now().minusSeconds(3600)));
    assertEquals(3, cached().size());
    Files.write(target, png(1));
    assertEquals(4, cached().size());
  }

  @Test
  void open_brokenLinkToAClassFolder_keptUntilItIsRepaired() throws IOException {
    Path target = temporary.resolve("elsewhere");
    Path link = Files.createSymbolicLink(root.resolve("emu"), target);
    FileTime old = FileTime.from(Instant.now().minusSeconds(3600));
    Files.getFileAttributeView(link, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(old, null, null);
    Files.setLastModifiedTime(root, old);
    assertEquals(List.of("cat", "dog"), cached().classNames());
    String first = cached().fingerprint();
    // What the cache does not notice shows that it is used, although a link leads to nothing.
    Files.write(root.resolve("dog/1.png"), new byte[12345]);
    assertEquals(first, cached().fingerprint());
    write(target, "4.png", png(1));
    assertEquals(List.of("cat", "dog", "emu"), cached().classNames());
  }

  @ParameterizedTest
  @CsvSource({"emu, emu", "dog/3.png, 3.png", "emu, cat/3.png/none", "dog/3.png, 1.png/none"})
  void open_linkThatCannotBeFollowed_passedOverAndKept(String name, String target)
      throws IOException {
    Path link = Files.createSymbolicLink(root.resolve(name), Path.of(target));
    FileTime old = FileTime.from(Instant.now().minusSeconds(3600));
    Files.getFileAttributeView(link, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(old, null, null);
    Files.setLastModifiedTime(link.getParent(), old);
    ImageDataset first = cached();
    assertEquals(List.of("animals: 1 file passed over: 1 linked to nothing"), first.notes());
    assertEquals(3, first.size());
    // What the cache does not notice shows that it is used.
    Files.write(root.resolve("dog/1.png"), new byte[12345]);
    assertEquals(first.fingerprint(), cached().fingerprint());
    Files.delete(link);
    assertEquals(List.of(), cached().notes());
  }

  @Test
  void open_damagedOrForeignCache_madeAnew() throws IOException {
    cached();
    Path file = onlyFile(cache);
    byte[] sound = Files.readAllBytes(file);
    for (int at = 0; at < sound.length; at += 7) {
      byte[] damaged = sound.clone();
      damaged[at] ^= 0x41;
      Files.write(file, damaged);
      assertEquals(3, cached().size());
      assertArrayEquals(sound, Files.readAllBytes(onlyFile(cache)));
    }
    for (byte[] other : List.of(new byte[0], new byte[40], Arrays.copyOf(sound, 50))) {
      Files.write(file, other);
      assertEquals(3, cached().size());
      assertArrayEquals(sound, Files.readAllBytes(onlyFile(cache)));
    }
  }

  @Test
  void open_draftsOfKilledWriters_deletedWithTheNextIndex() throws IOException {
    Files.createDirectories(cache);
    String uuid = UUID.randomUUID().toString();
    Files.writeString(cache.resolve(".folder-0123456789abcdef.index." + uuid), "half");
    Path foreign = Files.writeString(cache.resolve(".folder.txt." + uuid), "somebody's own");
    cached();
    Files.delete(foreign); // Still there.
    assertTrue(onlyFile(cache).toString().endsWith(".index"));
  }

  @Test
  void open_anotherWritesAnIndex_waitsForIt() throws Exception {
    Files.createDirectories(cache);
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      Future<ImageDataset> opened;
      try (LockFile lock = LockFile.tryAcquire(cache.resolve("lock"))) {
        assertNotNull(lock);
        Path draft = cache.resolve(".other.index." + UUID.randomUUID());
        Files.writeString(draft, "being written");
        opened = executor.submit(this::cached);
        assertThrows(TimeoutException.class, () -> opened.get(300, TimeUnit.MILLISECONDS));
        Files.move(draft, cache.resolve("other.index"));
      }
      assertEquals(3, opened.get(30, TimeUnit.SECONDS).size());
    } finally {
      executor.shutdownNow();
    }
    Files.delete(cache.resolve("other.index"));
    onlyFile(cache);
  }

  @Test
  void open_cacheOfAnotherFolder_ignored() throws IOException {
    cached();
    Path file = onlyFile(cache);
    Path other = temporary.resolve("other");
    write(other, "only/1.png", png(1));
    age(other);
    Path otherCache = temporary.resolve("otherCache");
    ImageFolder.open(other, "other", otherCache);
    Files.write(file, Files.readAllBytes(onlyFile(otherCache)));
    assertEquals(List.of("cat", "dog"), cached().classNames());
  }

  @Test
  void open_folderChangedJustNow_notCached() throws IOException {
    write(root, "dog/4.png", png(1));
    FileTime soon = FileTime.from(Instant.now().plusSeconds(3600)); // However slow this is.
    Files.setLastModifiedTime(root.resolve("dog"), soon);
    cached();
    assertFalse(Files.exists(cache));
  }

  @Test
  void open_cacheCannotBeWritten_opensAllTheSame() throws IOException {
    Files.write(cache, new byte[1]);
    assertEquals(3, cached().size());
  }

  private ImageDataset open() {
    return ImageFolder.open(root, "animals", null);
  }

  private ImageDataset cached() {
    return ImageFolder.open(root, "animals", cache);
  }
}
