package dev.eman.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunStoreTest {
  @TempDir Path folder;

  @AfterEach
  void emptyDisk() {
    TestFileSystem.FREE.set(Long.MAX_VALUE);
  }

  private RunStore store() {
    return new RunStore(
        TestFileSystem.uri(folder.resolve("far/run")),
        TestFileSystem.configure(new Configuration()));
  }

  private Path near() throws IOException {
    return Files.createDirectories(folder.resolve("near"));
  }

  private String far(String name) throws IOException {
    return Files.readString(folder.resolve("far/run").resolve(name));
  }

  private List<String> farNames() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("far/run"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void save_runFiles_arriveWithoutLockAndDrafts() throws IOException {
    Files.writeString(near().resolve("config.yaml"), "a: 1");
    Files.writeString(near().resolve("last.ckpt"), "weights");
    Files.writeString(near().resolve("lock"), "");
    Files.writeString(near().resolve(".last.ckpt.draft"), "we");

    store().save(near());

    assertEquals(List.of("config.yaml", "last.ckpt"), farNames());
    assertEquals("weights", far("last.ckpt"));
  }

  @Test
  void fetch_savedFolder_isTheSame() throws IOException {
    Files.writeString(near().resolve("config.yaml"), "a: 1");
    store().save(near());

    Path other = folder.resolve("other");
    store().fetch(other);

    assertEquals("a: 1", Files.readString(other.resolve("config.yaml")));
  }

  @Test
  void fetch_folderThatIsNotThere_isEmpty() throws IOException {
    Path other = folder.resolve("other");
    store().fetch(other);

    try (Stream<Path> files = Files.list(other)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void save_fileThatIsGone_isDeletedThere() throws IOException {
    Files.writeString(near().resolve("run.json"), "{}");
    RunStore store = store();
    store.save(near());
    Files.delete(near().resolve("run.json"));

    store.save(near());

    assertFalse(store.has("run.json"));
  }

  @Test
  void save_fullDisk_keepsFormerFilesWholeAndSaysWhy() throws IOException {
    Files.writeString(near().resolve("metrics.csv"), "1");
    Files.writeString(near().resolve("last.ckpt"), "first");
    RunStore store = store();
    store.save(near());
    Files.writeString(near().resolve("metrics.csv"), "1, 2");
    Files.writeString(near().resolve("last.ckpt"), "second weights");
    TestFileSystem.FREE.set(10); // The metrics fit, the checkpoint does not.

    EmanException failure = assertThrows(EmanException.class, () -> store.save(near()));

    assertTrue(failure.getMessage().contains("cannot write"), failure::getMessage);
    assertTrue(failure.getMessage().contains("last.ckpt"), failure::getMessage);
    assertTrue(failure.getMessage().contains("No space left"), failure::getMessage);
    assertEquals("first", far("last.ckpt"));
    assertEquals("1, 2", far("metrics.csv"));
    assertEquals(List.of("last.ckpt", "metrics.csv"), farNames());
  }

  /** A folder without it could be neither resumed nor begun. */
  @Test
  void save_firstSaveCutShort_hasTheConfiguration() throws IOException {
    Files.writeString(near().resolve("config.yaml"), "a: 1");
    Files.writeString(near().resolve("best.ckpt"), "weights");
    Files.writeString(near().resolve("last.ckpt"), "weights");
    TestFileSystem.FREE.set(6); // Of which the configuration takes 4.

    assertThrows(EmanException.class, () -> store().save(near()));

    assertEquals(List.of("config.yaml"), farNames());
  }

  /** Of a machine that was lost, or whose executor was killed. */
  @Test
  void deleteDrafts_filesOfTheRun_areGoneAndNoOthers() throws IOException {
    String id = "." + UUID.randomUUID();
    Path far = Files.createDirectories(folder.resolve("far/run"));
    for (String name : List.of("last.ckpt", "run.json", "log.txt", "thesis.tex")) {
      Files.writeString(far.resolve("." + name + id), "a part");
    }

    store().deleteDrafts();

    assertEquals(List.of(".thesis.tex" + id), farNames());
  }

  @Test
  void deleteDrafts_noFolder_isNone() {
    store().deleteDrafts();

    assertFalse(Files.exists(folder.resolve("far")));
  }

  @Test
  void create_unknownFileSystem_isRefused() {
    EmanException failure =
        assertThrows(
            EmanException.class, () -> new RunStore("nofs://host/run", new Configuration()));

    assertTrue(failure.getMessage().contains("nofs://host/run"), failure::getMessage);
  }
}
