package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.LockFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
      AtomicFiles.saveString(folder.files().config(), "seed: 1\n");
      folder.keep();
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "labels.split",
        "metrics.csv",
        "last.ckpt",
        "best.ckpt",
        "step-40.ckpt",
        "run.json",
        "evaluation.json",
        "pseudo_errors.json",
        "map.json",
        "report.html",
        "events.out.tfevents.eman"
      })
  void create_anyFileOfARun_isRefusedAndNothingIsTouched(String name) throws IOException {
    Files.createDirectory(root);
    Files.writeString(root.resolve(name), "precious");
    EmanException e = assertThrows(EmanException.class, () -> RunFolder.create(root));
    assertTrue(e.getMessage().contains(root + " holds files of a run (" + name + ")"), e::toString);
    assertEquals(List.of(name), names(root));
  }

  @Test
  void create_runBegun_saysHowToResumeIt() throws IOException {
    begin();
    EmanException e = assertThrows(EmanException.class, () -> RunFolder.create(root));
    assertEquals(
        root
            + " already holds a run: resume it (eman train --resume "
            + root
            + "), or choose another folder (--out)",
        e.getMessage());
  }

  @Test
  void createNumbered_taken_isTheNextFreeOne() throws IOException {
    begin();
    try (RunFolder second = RunFolder.createNumbered(root);
        RunFolder third = RunFolder.createNumbered(root)) {
      assertEquals(temporary.resolve("run-2"), second.root());
      assertEquals(temporary.resolve("run-3"), third.root());
    }
    assertEquals(List.of("run"), names(temporary), "neither was started");
  }

  @Test
  void createNumbered_atOnce_differentFolders() throws Exception {
    int count = 8;
    CyclicBarrier together = new CyclicBarrier(count);
    List<CompletableFuture<RunFolder>> starting = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      starting.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  together.await();
                } catch (InterruptedException | BrokenBarrierException e) {
                  throw new IllegalStateException(e);
                }
                return RunFolder.createNumbered(root);
              },
              task -> new Thread(task).start()));
    }
    Set<Path> roots = new TreeSet<>();
    for (CompletableFuture<RunFolder> start : starting) {
      roots.add(start.get().root());
    }
    assertEquals(count, roots.size(), roots::toString);
    assertTrue(roots.contains(root) && roots.contains(temporary.resolve("run-8")), roots::toString);
    for (CompletableFuture<RunFolder> start : starting) {
      start.get().close();
    }
  }

  @Test
  void create_otherFiles_areLeftAlone() throws IOException {
    Files.createDirectory(root);
    for (String name : List.of("notes.txt", "told.yaml", "log.txt", "step-.ckpt", "lock")) {
      Files.writeString(root.resolve(name), "the user's");
    }
    try (RunFolder folder = RunFolder.create(root)) {
      assertEquals(5, names(folder.root()).size());
    }
    assertEquals(5, names(root).size());
  }

  @Test
  void close_runNeverBegan_foldersAboveItAreGoneToo() throws IOException {
    Path deep = temporary.resolve("a/b/run");
    Files.createDirectory(temporary.resolve("a"));
    RunFolder.create(deep).close();
    assertEquals(List.of("a"), names(temporary));
    assertEquals(List.of(), names(temporary.resolve("a")));
  }

  @Test
  void close_startFailed_itsFilesAreGone_othersStay() throws IOException {
    Files.createDirectory(root);
    Files.writeString(root.resolve("notes.txt"), "the user's");
    try (RunFolder folder = RunFolder.create(root)) {
      for (Path file : List.of(folder.files().config(), folder.files().events())) {
        Files.writeString(file, "begun");
      }
    }
    assertEquals(List.of("lock", "notes.txt"), names(root));
  }

  @Test
  void checkRun_missing_saysWhatIsThere() throws IOException {
    RunFiles files = new RunFiles(root);
    EmanException nothing =
        assertThrows(EmanException.class, () -> RunFolder.checkRun(files, files.metrics()));
    assertEquals(
        "expected the folder of a run at " + root + ", found nothing; check the path",
        nothing.getMessage());
    Files.createDirectory(root);
    EmanException empty =
        assertThrows(EmanException.class, () -> RunFolder.checkRun(files, files.metrics()));
    assertTrue(empty.getMessage().contains("found no metrics.csv in it; check"), empty::toString);
    Files.createFile(files.lock()); // As of a run that was killed at once.
    EmanException unsaved =
        assertThrows(EmanException.class, () -> RunFolder.checkRun(files, files.config()));
    assertEquals(
        "expected the folder of a run at "
            + root
            + ", found no config.yaml in it; nothing was saved yet: start it again with --out, or"
            + " check the path",
        unsaved.getMessage());
  }

  @Test
  void open_draftsOfAKilledRun_areDeleted_otherFilesStay() throws IOException {
    begin();
    String uuid = UUID.randomUUID().toString();
    for (String name :
        List.of(
            "last.ckpt",
            "step-40.ckpt",
            "metrics.csv",
            "events.out.tfevents.eman",
            "report.html")) {
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

  /** A process that is stopped while a run opens its data. */
  static final class StoppedEarly {
    public static void main(String[] arguments) {
      RunFolder folder = RunFolder.create(Path.of(arguments[0]));
      AtomicFiles.saveString(folder.files().split(), "");
      if (arguments.length > 1) {
        folder.keep();
      }
      System.exit(130);
    }
  }

  private int stopEarly(String... more) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), StoppedEarly.class.getName()));
    command.add(root.toString());
    command.addAll(List.of(more));
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  @Test
  void create_processEndsBeforeTheStart_leavesNothing() throws Exception {
    assertEquals(130, stopEarly());
    assertFalse(Files.exists(root));
  }

  @Test
  void create_processEndsAfterTheStart_leavesTheRun() throws Exception {
    assertEquals(130, stopEarly("start"));
    assertEquals(List.of("labels.split", "lock"), names(root));
  }
}
