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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./eman} in a clone of nothing but itself, with a Maven and a Java that only say so. */
@DisabledOnOs(OS.WINDOWS) // A shell's script.
class LauncherTest {
  private static final Path LAUNCHER = Path.of("../eman");

  @TempDir private Path folder;
  private Path clone;

  private record Outcome(int exitCode, String out, String err) {}

  @BeforeEach
  void copy() throws IOException {
    clone = Files.createDirectory(folder.resolve("a clone"));
    Files.copy(LAUNCHER, clone.resolve("eman"));
    Files.writeString(clone.resolve("pom.xml"), "<project/>");
    Files.createDirectories(clone.resolve("core/src/main"));
    Files.writeString(folder.resolve("library.jar"), "");
    program(
        "mvn",
        """
        echo "$*" >>'FOLDER/builds'
        echo '[INFO] Scanning for projects...'
        echo '[INFO] Building EMAN: core 0.1.0-SNAPSHOT                [1/2]'
        echo '[INFO] Downloading from central: https://host/a/b/library-1.0.pom'
        echo '[INFO] Downloading from central: https://host/a/b/library-1.0.jar'
        [ ! -f 'FOLDER/broken' ] || { echo '[ERROR] Core.java: not a statement'; exit 1; }
        echo '[INFO] Building EMAN: benchmarks 0.1.0-SNAPSHOT          [2/2]'
        mkdir -p benchmarks/target/launcher-build/classes core/target/launcher-build/classes
        echo "$PWD/core/target/launcher-build/classes:FOLDER/library.jar:$PWD/backend/pom.xml" \\
          >benchmarks/target/launcher-build/classpath.txt
        """);
    program(
        "java",
        """
        [ "$1" != -version ] || { echo 'openjdk version "17.0.9"' >&2; exit 0; }
        while [ "$1" != -cp ]; do shift; done
        echo "class path $2"
        echo "threads ${OMP_NUM_THREADS-unset}"
        shift 3
        echo "arguments $*"
        """);
  }

  private void program(String name, String script) throws IOException {
    Path file = Files.createDirectories(folder.resolve("bin")).resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script.replace("FOLDER", folder.toString()));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Outcome eman(Map<String, String> environment) throws IOException, InterruptedException {
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder("sh", clone.resolve("eman").toString(), "train", "--steps=1")
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(n -> n.startsWith("EMAN_") || n.equals("JAVA_HOME"));
    builder.environment().remove("OMP_NUM_THREADS");
    builder.environment().merge("PATH", folder.resolve("bin") + ":", (path, own) -> own + path);
    builder.environment().putAll(environment);
    int exitCode = builder.start().waitFor();
    return new Outcome(exitCode, Files.readString(out), Files.readString(err));
  }

  private Outcome eman() throws IOException, InterruptedException {
    return eman(Map.of());
  }

  private List<String> builds() throws IOException {
    return Files.readAllLines(folder.resolve("builds"));
  }

  @Test
  void firstUse_buildsTheProgramAloneAndSaysWhatHappens() throws Exception {
    Outcome first = eman();
    assertEquals(0, first.exitCode(), first.err());
    assertEquals(
        List.of(
            "eman: building, because this is the first use; Maven downloads what it does not have",
            "eman: building 1/2, EMAN: core",
            "eman: downloading library-1.0.jar (file 2)",
            "eman: building 2/2, EMAN: benchmarks"),
        first.err().lines().limit(4).toList());
    assertTrue(
        first.err().lines().skip(4).toList().toString().matches("\\[eman: built in \\d+ s]"));
    assertTrue(builds().get(0).contains("-Dmaven.test.skip=true"), builds()::toString);
    assertFalse(builds().get(0).contains("package"), builds()::toString);
    assertTrue(first.out().contains("/core:" + folder + "/library.jar\n"), first.out());
    assertFalse(first.out().contains("pom.xml"), first.out());
    assertTrue(first.out().endsWith("arguments train --steps=1\n"), first.out());

    Map<Path, FileTime> before = times();
    Outcome second = eman();
    assertEquals("", second.err());
    assertEquals(first.out(), second.out());
    assertEquals(1, builds().size());
    assertEquals(before, times(), "nothing is written: the clone may be read-only");
  }

  private Map<Path, FileTime> times() throws IOException {
    Map<Path, FileTime> times = new TreeMap<>();
    try (Stream<Path> all = Files.walk(clone)) {
      for (Path file : all.toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void cloneMoved_runsWithoutBuildingAgain() throws Exception {
    Outcome first = eman();
    Path moved = folder.resolve("elsewhere");
    Files.move(clone, moved);
    String before = clone.toString();
    clone = moved;
    Outcome second = eman();
    assertEquals("", second.err());
    assertEquals(first.out().replace(before, moved.toString()), second.out());
    assertEquals(1, builds().size());
  }

  @Test
  void sourceChanged_isBuiltAgain() throws Exception {
    eman();
    Path source = Files.writeString(clone.resolve("core/src/main/A.java"), "class A {}");
    Files.setLastModifiedTime(
        source, FileTime.fromMillis(System.currentTimeMillis() + 60_000)); // Surely newer.
    Outcome second = eman();
    assertTrue(second.err().startsWith("eman: building, because sources changed\n"), second.err());
    assertEquals(2, builds().size());
  }

  @Test
  void buildFails_saysWhyAndWhereTheRestIs() throws Exception {
    Files.writeString(folder.resolve("broken"), "");
    Outcome outcome = eman();
    assertEquals(1, outcome.exitCode());
    String log = clone.resolve("benchmarks/target/launcher/build.log").toString();
    assertTrue(
        outcome
            .err()
            .endsWith(
                "[ERROR] Core.java: not a statement\n"
                    + "eman: the build failed; all of its output is in "
                    + log
                    + "\n"),
        outcome.err());
    assertTrue(Files.readString(Path.of(log), StandardCharsets.UTF_8).contains("library-1.0.pom"));
    assertEquals("", outcome.out());
  }

  @Test
  void threads_listOrBlanks_areTheFirstNumber() throws Exception {
    eman();
    Map<String, String> expected =
        Map.of("2,1", "2", " 3 ", "3", "4", "4", "", "unset", "0", "0", "two", "two", ",2", ",2");
    for (Map.Entry<String, String> threads : expected.entrySet()) {
      Outcome outcome = eman(Map.of("OMP_NUM_THREADS", threads.getKey()));
      assertTrue(
          outcome.out().contains("threads " + threads.getValue() + "\n"),
          () -> threads + ": " + outcome);
    }
  }
}
