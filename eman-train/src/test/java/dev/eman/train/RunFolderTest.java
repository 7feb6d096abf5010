package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.io.LockFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir private Path temporary;
  private Path root;

  @BeforeEach
  void name() {
    root = temporary.resolve("run");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
    }
  }

  private void begin() {
    try (RunFolder folder = RunFolder.create(root)) {
      folder.writeText(folder.config(), "seed: 1\n");
    }
  }

  /** Whether a process that opened the lock file earlier could have the lock as well. */
  private static boolean canLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  @Test
  void close_lockFileOpenedByAnother_isNotReplacedUnderIt() throws IOException {
    begin();
    FileChannel waiting;
    try (RunFolder first = RunFolder.open(root)) {
      waiting = FileChannel.open(first.root().resolve("lock"), StandardOpenOption.WRITE);
    }
    try (waiting;
        RunFolder second = RunFolder.open(root)) {
      assertFalse(canLock(waiting), "two owners of " + second.root());
    }
  }

  @Test
  void open_inUse_isRefused() {
    begin();
    try (RunFolder first = RunFolder.open(root)) {
      EmanException e = assertThrows(EmanException.class, () -> RunFolder.open(first.root()));
      assertEquals(root + " is in use by another process; wait until it has ended", e.getMessage());
    }
  }

  @Test
  void close_runNeverBegan_folderIsGoneAsBefore() throws IOException {
    try (RunFolder folder = RunFolder.create(root)) {
      assertEquals(List.of("lock"), names(folder.root()));
    }
    assertFalse(Files.exists(root));
    Files.createDirectory(root); // The user's own stays.
    try (RunFolder folder = RunFolder.create(root)) {
      assertNull(LockFile.tryAcquire(folder.root().resolve("lock")));
    }
    assertTrue(Files.exists(root));
  }

  @Test
  void open_draftsOfAKilledRun_areDeleted_otherFilesStay() throws IOException {
    begin();
    String uuid = UUID.randomUUID().toString();
    for (String name : List.of("last.ckpt", "step-40.ckpt", "metrics.csv", "report.html")) {
      Files.writeString(root.resolve("." + name + "." + uuid), "half");
    }
    List<String> own = List.of(".last.ckpt", ".last.ckpt.1", ".notes." + uuid, "last.ckpt." + uuid);
    for (String name : own) {
      Files.writeString(root.resolve(name), "the user's");
    }
    assertTrue(names(root).contains(".metrics.csv." + uuid));
    try (RunFolder folder = RunFolder.open(root)) {
      assertEquals(
          Stream.concat(own.stream(), Stream.of("config.yaml", "lock")).sorted().toList(),
          names(folder.root()));
    }
  }

  @Test
  void open_inUse_draftsStay() throws IOException {
    begin();
    try (RunFolder first = RunFolder.open(root)) {
      Path draft = first.root().resolve(".last.ckpt." + UUID.randomUUID());
      Files.writeString(draft, "being written");
      assertThrows(EmanException.class, () -> RunFolder.open(root));
      assertTrue(Files.exists(draft));
    }
  }
}
