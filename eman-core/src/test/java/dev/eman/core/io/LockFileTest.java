package dev.eman.core.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  private static final int FREE = 0;
  private static final int TAKEN = 10;
  private static final int TWO_OWNERS = 11;

  /** The other process; its exit status says what it found. */
  public static void main(String[] arguments) throws IOException {
    Path path = Path.of(arguments[0]);
    if (arguments.length == 1) {
      try (LockFile lock = LockFile.tryAcquire(path)) {
        System.exit(lock == null ? TAKEN : FREE);
      }
    }
    for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
      if (!ownsAloneAndDeletes(path)) {
        System.exit(TWO_OWNERS);
      }
    }
  }

  /** False if there was another owner at the same time. */
  private static boolean ownsAloneAndDeletes(Path path) throws IOException {
    Path owned = path.resolveSibling("owned");
    try (LockFile lock = LockFile.tryAcquire(path)) {
      if (lock != null) {
        Files.createFile(owned);
        Thread.yield();
        Files.delete(owned);
        lock.delete();
      }
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private static Process another(Object... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                LockFileTest.class.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    return builder.start();
  }

  private static int exit(Process process) throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    assertTrue(List.of(FREE, TAKEN, TWO_OWNERS).contains(exit), output);
    return exit;
  }

  private static boolean isFreeForAnotherProcess(Path path)
      throws IOException, InterruptedException {
    return exit(another(path)) == FREE;
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

  /** A lock ends with any channel of its file, and the other class does not know which it has. */
  @Test
  void tryAcquire_heldByAnotherClassLoader_isNullAndTheLockStays() throws Exception {
    Path path = folder.resolve("lock");
    URL classes = LockFile.class.getProtectionDomain().getCodeSource().getLocation();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes}, null)) {
      Class<?> other = loader.loadClass(LockFile.class.getName());
      assertNotSame(LockFile.class, other);
      try (AutoCloseable held =
          (AutoCloseable) other.getMethod("tryAcquire", Path.class).invoke(null, path)) {
        assertNotNull(held);
        for (int i = 0; i < 3; i++) {
          assertNull(LockFile.tryAcquire(path));
        }
        assertFalse(isFreeForAnotherProcess(path));
      }
      try (LockFile lock = LockFile.tryAcquire(path)) {
        assertNotNull(lock);
        assertFalse(isFreeForAnotherProcess(path));
      }
      assertTrue(isFreeForAnotherProcess(path));
    }
  }

  /** As one that is mounted from a computer that does not answer. */
  @ParameterizedTest
  @Timeout(10)
  @ValueSource(strings = {"toAbsolutePath", "getFileSystem"})
  void tryAcquire_fileSystemThatHangs_othersGoOn(String method) throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    Path path = folder.resolve("lock");
    Path hanging =
        (Path)
            Proxy.newProxyInstance(
                Path.class.getClassLoader(),
                new Class<?>[] {Path.class},
                (proxy, called, arguments) -> {
                  if (called.getName().equals(method)) {
                    asked.countDown();
                    answered.await();
                    throw new UncheckedIOException(new IOException("gone"));
                  }
                  try {
                    return called.invoke(path, arguments);
                  } catch (InvocationTargetException e) {
                    throw Objects.requireNonNull(e.getCause());
                  }
                });
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      Future<LockFile> hung = executor.submit(() -> LockFile.tryAcquire(hanging));
      asked.await();
      Path other = folder.resolve("other");
      executor.submit(() -> LockFile.acquire(other, () -> {})).get().close();
      answered.countDown();
      ExecutionException e = assertThrows(ExecutionException.class, hung::get);
      assertInstanceOf(UncheckedIOException.class, e.getCause());
    } finally {
      answered.countDown();
      executor.shutdownNow();
    }
    try (LockFile lock = LockFile.tryAcquire(path)) {
      assertNotNull(lock, "no mark is left");
    }
  }

  /** Also while the file is deleted again and again under those that have just opened it. */
  @Test
  void tryAcquire_fileDeletedByAnotherProcess_neverTwoOwners() throws Exception {
    Path path = folder.resolve("lock");
    Process process = another(path, TURNS);
    while (process.isAlive()) {
      assertTrue(ownsAloneAndDeletes(path));
    }
    assertEquals(FREE, exit(process));
  }

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
