package dev.eman.core.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

class SpinGuardTest {
  private static final long SECOND = 1_000_000_000;

  @TempDir private Path folder;

  private static ThreadTimes times(double ran, double waited) {
    return new ThreadTimes((long) (ran * SECOND), (long) (waited * SECOND));
  }

  private static boolean update(SpinPolicy policy, double ran, double waited) {
    return policy.update(times(ran, waited), SECOND);
  }

  @Test
  void policy_waitingForMuch_yieldsUntilItHasBeenQuietForAWhile() {
    SpinPolicy policy = new SpinPolicy();
    assertFalse(update(policy, 1.9, 0.1));
    assertFalse(update(policy, 1.3, 0.7), "one busy neighbour alone: as before");
    assertTrue(update(policy, 1.1, 0.9));
    assertTrue(update(policy, 1.3, 0.7), "in between: as before");
    assertTrue(update(policy, 1.9, 0.1));
    assertTrue(update(policy, 1.1, 0.9));
    assertTrue(update(policy, 1.9, 0.1), "counted from the start again");
    assertFalse(update(policy, 1.9, 0.1));
  }

  @Test
  void policy_nextToIdle_staysAsItWas() {
    SpinPolicy policy = new SpinPolicy();
    assertFalse(update(policy, 0.1, 0.2));
    assertTrue(update(policy, 1, 1));
    for (int i = 0; i < 9; i++) {
      assertTrue(update(policy, 0.1, 0));
    }
  }

  private void thread(String name, String schedstat) throws IOException {
    thread(name, "java", schedstat);
  }

  private void thread(String name, String comm, String schedstat) throws IOException {
    Path thread = Files.createDirectories(folder.resolve(name));
    Files.writeString(thread.resolve("comm"), comm + "\n");
    Files.writeString(thread.resolve("schedstat"), schedstat);
  }

  @Test
  void times_ofAllThreads_areAddedUp() throws IOException {
    thread("1", "100 20 3\n");
    thread("2", "1000 200 30\n");
    Files.createDirectory(folder.resolve("3")); // Ended between the listing and the reading.
    ThreadTimes before = ThreadTimes.read(folder);
    assertEquals(new ThreadTimes(1100, 220), before);
    thread("2", "1500 201 31\n");
    assertEquals(new ThreadTimes(500, 1), ThreadTimes.read(folder).since(before));
    Files.delete(folder.resolve("2/schedstat"));
    assertEquals(new ThreadTimes(0, 0), ThreadTimes.read(folder).since(before));
  }

  @Test
  void times_ofTheCompilers_areLeftOut() throws IOException {
    thread("1", "100 20 3\n");
    thread("2", "C2 CompilerThre", "1000 200 30\n");
    thread("3", "C1 CompilerThre", "1000 200 30\n");
    assertEquals(new ThreadTimes(100, 20), ThreadTimes.read(folder));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void compilers_ofThisJvm_haveTheNamesThatAreLeftOut() throws IOException {
    try (Stream<Path> all = Files.list(ThreadTimes.OWN)) {
      assertTrue(all.anyMatch(thread -> comm(thread).matches("C[12] CompilerThre")));
    }
  }

  @Test
  void times_whereNoneAreCounted_areRefused() {
    assertThrows(IOException.class, () -> ThreadTimes.read(folder));
    assertThrows(IOException.class, () -> ThreadTimes.read(folder.resolve("missing")));
  }

  @Test
  void isOurs_userHasChosen_no() {
    assertTrue(SpinGuard.isOurs(Map.of("OMP_NUM_THREADS", "2")));
    assertFalse(SpinGuard.isOurs(Map.of("OMP_WAIT_POLICY", "active")));
    assertFalse(SpinGuard.isOurs(Map.of("GOMP_SPINCOUNT", "1000")));
  }

  private static long threads() throws IOException {
    try (Stream<Path> all = Files.list(ThreadTimes.OWN)) {
      return all.filter(SpinGuardTest::isNative).count();
    }
  }

  /** OpenMP's threads have the name of the one that made their team. */
  private static boolean isNative(Path thread) {
    return comm(thread).startsWith("eman-openmp");
  }

  private static String comm(Path thread) {
    try {
      return Files.readString(thread.resolve("comm")).strip();
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void extraTeam_untilClosed_hasThreadsOfItsOwn() throws IOException {
    int team = Nd4j.getEnvironment().maxMasterThreads();
    assumeTrue(team > 1);
    long before = threads();
    SpinGuard.ExtraTeam extra = new SpinGuard.ExtraTeam();
    assertEquals(before + team, threads());
    extra.close();
    // The team's native threads end a moment after the thread that made them.
    long deadline = System.nanoTime() + 20 * SECOND;
    while (threads() != before && System.nanoTime() < deadline) {
      Thread.yield();
    }
    assertEquals(before, threads());
  }
}
