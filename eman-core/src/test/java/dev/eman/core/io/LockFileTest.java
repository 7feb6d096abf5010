package dev.eman.core.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LockFileTest {
  private static final int THREADS = 4;
  private static final int TURNS = 3000;

  @TempDir private Path folder;

  @Test
  void tryAcquire_taken_isNullUntilReleased_andTheFileStays() throws IOException {
    Path path = folder.resolve("lock");
    try (LockFile lock = LockFile.tryAcquire(path)) {
      assertNotNull(lock);
      assertNull(LockFile.tryAcquire(path));
    }
    assertTrue(Files.exists(path));
    try (LockFile again = LockFile.tryAcquire(path)) {
      assertNotNull(again);
    }
  }

  @Test
  void acquire_taken_waits() throws Exception {
    Path path = folder.resolve("lock");
    LockFile lock = LockFile.tryAcquire(path);
    assertNotNull(lock);
    AtomicInteger waiting = new AtomicInteger();
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      Future<LockFile> second =
          executor.submit(() -> LockFile.acquire(path, waiting::incrementAndGet));
      while (waiting.get() == 0) {
        Thread.onSpinWait();
      }
      lock.close();
      second.get().close();
    } finally {
      executor.shutdownNow();
    }
    assertEquals(1, waiting.get());
  }

  /** The other process: leaves with 0 if it got the lock, with 1 if another has it. */
  public static void main(String[] arguments) throws IOException {
    try (LockFile lock = LockFile.tryAcquire(Path.of(arguments[0]))) {
      System.exit(lock == null ? 1 : 0);
    }
  }

  private static boolean isFreeForAnotherProcess(Path path)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                LockFileTest.class.getName(),
                path.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    assertTrue(output.isEmpty() && exit <= 1, output);
    return exit == 0;
  }

  @Test
  void tryAcquire_heldByAnotherProcess_isNull() throws Exception {
    Path path = folder.resolve("lock");
    try (LockFile lock = LockFile.tryAcquire(path)) {
      assertNotNull(lock);
      assertFalse(isFreeForAnotherProcess(path), "when just taken");
      assertNull(LockFile.tryAcquire(path));
      assertFalse(isFreeForAnotherProcess(path), "after this process tried again");
    }
    assertTrue(isFreeForAnotherProcess(path), "released");
  }

  @Test
  void tryAcquire_heldUnderAnotherName_isNullAndTheLockStays() throws Exception {
    Path path = folder.resolve("lock");
    try (LockFile lock = LockFile.tryAcquire(path)) {
      assertNotNull(lock);
      assertNull(LockFile.tryAcquire(Files.createLink(folder.resolve("link"), path)));
      assertNull(LockFile.tryAcquire(Files.createSymbolicLink(folder.resolve("symbolic"), path)));
      assertFalse(isFreeForAnotherProcess(path));
    }
  }

  @Test
  void close_secondTime_leavesTheNextOwnersLock() throws Exception {
    Path path = folder.resolve("lock");
    LockFile first = LockFile.tryAcquire(path);
    assertNotNull(first);
    first.close();
    try (LockFile second = LockFile.tryAcquire(path)) {
      assertNotNull(second);
      first.close();
      assertNull(LockFile.tryAcquire(path));
      assertFalse(isFreeForAnotherProcess(path));
    }
  }

  /** Also while the file is deleted again and again under those that have just opened it. */
  @Test
  void tryAcquire_fileDeletedByOwners_neverTwoOwners()
      throws InterruptedException, ExecutionException {
    Path path = folder.resolve("lock");
    AtomicInteger owners = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> threads = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        threads.add(
            executor.submit(
                () -> {
                  for (int i = 0; i < TURNS; i++) {
                    try (LockFile lock = LockFile.tryAcquire(path)) {
                      if (lock != null) {
                        most.accumulateAndGet(owners.incrementAndGet(), Math::max);
                        Thread.yield();
                        owners.decrementAndGet();
                        lock.delete();
                      }
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> thread : threads) {
        thread.get();
      }
    } finally {
      executor.shutdownNow();
    }
    assertEquals(1, most.get());
  }
}
