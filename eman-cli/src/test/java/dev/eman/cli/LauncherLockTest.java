package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The lock of {@code ./eman}'s build, which hosts with a shared folder see, too. The clone has a
 * Maven that only says so; a wait ends with the lock, not with time.
 */
@DisabledOnOs(OS.WINDOWS) // A shell's script.
class LauncherLockTest {
  private static final String WAITING = "eman: waiting for another build of eman to end";
  private static final String WAITING_THERE =
      "eman: waiting for another build of eman on elsewhere to end";

  @TempDir private Path folder;
  private Path lock;
  private String host;

  @BeforeEach
  void copy() throws Exception {
    Path clone = Files.createDirectory(folder.resolve("clone"));
    Files.copy(Path.of("../eman"), clone.resolve("eman"));
    Files.writeString(clone.resolve("pom.xml"), "<project/>");
    lock = clone.resolve("target/launcher.lock");
    Process name = new ProcessBuilder("uname", "-n").start();
    host = new String(name.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    program(
        "java",
        """
        case " $* " in
          *' -version '*) echo 'openjdk version "17.0.9"' >&2 ;;
          *' dev.eman.cli.Main '*) ;;
          *) exit 1 ;;
        esac
        """);
    program(
        "mvn",
        """
        echo built >>'FOLDER/builds'
        cat target/launcher.lock/pid >'FOLDER/holder'
        [ ! -f 'FOLDER/other' ] || cp 'FOLDER/other' target/launcher.lock/pid
        i=0
        while [ -f 'FOLDER/long' ] && [ ! -f 'FOLDER/renewals' ] && [ $i -lt 9000000 ]; do
          i=$((i + 1))
        done
        mkdir -p benchmarks/target/launcher-build
        touch benchmarks/target/launcher-build/benchmarks.jar
        echo "$PWD/pom.xml" >benchmarks/target/launcher-build/classpath.txt
        """);
    // A wait of a second is over when the lock is gone; the minutes of its renewal do not pass.
    program("sleep", "[ \"$1\" = 1 ] || exit 1\nrm -r '" + lock + "'\n");
  }

  private void program(String name, String script) throws IOException {
    Path file = Files.createDirectories(folder.resolve("bin")).resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script.replace("FOLDER", folder.toString()));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void lock(String holder) throws IOException {
    Files.writeString(Files.createDirectories(lock).resolve("pid"), holder + "\n");
  }

  private record Outcome(int exitCode, String err) {}

  private Outcome eman() throws Exception {
    Path err = folder.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder("sh", folder.resolve("clone/eman").toString(), "train")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(n -> n.startsWith("EMAN_") || n.equals("JAVA_HOME"));
    builder.environment().merge("PATH", folder.resolve("bin") + ":", (path, own) -> own + path);
    int exitCode = builder.start().waitFor();
    return new Outcome(exitCode, Files.readString(err));
  }

  private static long ended() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    return process.pid();
  }

  private void assertWaits(String message) throws Exception {
    Outcome outcome = eman();
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(message, outcome.err().lines().findFirst().orElseThrow());
    assertEquals(List.of("built"), Files.readAllLines(folder.resolve("builds")));
    assertFalse(Files.exists(lock));
  }

  private void assertTakes() throws Exception {
    Outcome outcome = eman();
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertFalse(outcome.err().contains("waiting"), outcome.err());
    assertEquals(List.of("built"), Files.readAllLines(folder.resolve("builds")));
    assertFalse(Files.exists(lock));
  }

  @Test
  void build_lock_namesHostAndProcess() throws Exception {
    assertTakes();
    String holder = Files.readString(folder.resolve("holder"));
    assertTrue(holder.matches(host + " [0-9]+\n"), holder);
  }

  @Test
  void lockOfAnotherHost_whoseProcessIsNotHere_isWaitedFor() throws Exception {
    lock("elsewhere " + ended());
    assertWaits(WAITING_THERE);
  }

  @Test
  void lockOfAnotherHost_notRenewedForLong_isTaken() throws Exception {
    lock("elsewhere 1");
    Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minus(Duration.ofMinutes(17))));
    assertTakes();
  }

  @Test
  void lockOfThisHost_whoseProcessEnded_isTaken() throws Exception {
    lock(host + " " + ended());
    assertTakes();
  }

  /** Process 1 is another user's for all but root, who can signal it. */
  @Test
  void lockOfThisHost_whoseProcessRuns_isWaitedFor() throws Exception {
    for (long process : new long[] {ProcessHandle.current().pid(), 1}) {
      lock(host + " " + process);
      Files.deleteIfExists(folder.resolve("clone/benchmarks/target/launcher/stamp"));
      Files.deleteIfExists(folder.resolve("builds"));
      assertWaits(WAITING);
    }
  }

  @Test
  void lockOfAnEarlierVersion_processAlone_isOneOfThisHost() throws Exception {
    lock("" + ProcessHandle.current().pid());
    assertWaits(WAITING);
    Files.delete(folder.resolve("builds"));
    Files.delete(folder.resolve("clone/benchmarks/target/launcher/stamp"));
    lock("" + ended());
    assertTakes();
  }

  @Test
  void lockOfAnotherHost_stillThereAfterHalfAnHour_saysWhose() throws Exception {
    program("sleep", "exit 0\n");
    Path script = folder.resolve("clone/eman");
    String text = Files.readString(script);
    assertTrue(text.contains("-lt 1800 ]"));
    Files.writeString(script, text.replace("-lt 1800 ]", "-lt 3 ]")); // Each takes two processes.
    lock("elsewhere 4711");
    Outcome outcome = eman();
    assertEquals(1, outcome.exitCode());
    assertEquals(
        List.of(
            WAITING_THERE,
            "eman: still locked after 30 minutes by process 4711 on elsewhere; if no build is"
                + " running there, remove "
                + lock),
        outcome.err().lines().toList());
    assertTrue(Files.exists(lock));
  }

  /** As long as the holder runs, each minute; other hosts see that it does. */
  @Test
  void build_longerThanAMinute_renewsItsLock() throws Exception {
    program(
        "sleep",
        """
        [ "$1" = 60 ] && [ ! -f 'FOLDER/minute' ] || exit 1
        touch 'FOLDER/minute'
        """);
    program(
        "touch",
        """
        case $* in
          "-c "*/target/launcher.lock) echo renewed >>'FOLDER/renewals' ;;
          *) exec /usr/bin/env PATH=/usr/bin:/bin touch "$@" ;;
        esac
        """);
    Files.createFile(folder.resolve("long"));
    Outcome outcome = eman();
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(List.of("renewed"), Files.readAllLines(folder.resolve("renewals")));
  }

  @Test
  void lockThatAnotherHasTakenMeanwhile_isLeftAlone() throws Exception {
    Files.writeString(folder.resolve("other"), "elsewhere 4711\n");
    Outcome outcome = eman();
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals("elsewhere 4711\n", Files.readString(lock.resolve("pid")));
  }
}
