package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ./eman} in a clone of nothing but itself, with a Maven and a Java that only say so. */
@DisabledOnOs(OS.WINDOWS) // A shell's script.
class LauncherTest {
  private static final Path LAUNCHER = Path.of("../eman");

  /** Records and archives what it is asked to, and says how it would run the program. */
  private static final String JAVA =
      """
      [ "$1" != -version ] || { echo version >>'FOLDER/asked'; echo 'openjdk version "17.0.9"' >&2; exit 0; }
      archive=none
      commit=none
      dump=
      while [ "$1" != -cp ]; do
        case $1 in
          -XX:SharedArchiveFile=*) archive=${1#*=} ;;
          -XX:DumpLoadedClassList=*) echo "list of $3" >"${1#*=}" ;;
          -Xshare:dump) dump=yes ;;
          -XX:TieredStopAtLevel=1) echo 'one compiler' ;;
          -Deman.commit=?*) commit=${1#*=} ;;
        esac
        shift
      done
      if [ "$dump" ]; then
        echo "$2" >>'FOLDER/archived'
        [ ! -f 'FOLDER/no archive' ] || { echo 'not possible'; exit 1; }
        echo "archive of $2" >"$archive"
        exit
      fi
      [ "$3" != dev.eman.cli.ClassRecording ] || exit 0
      [ "$archive" = none ] || [ -s "$archive" ] || { echo 'crash: empty archive' >&2; exit 134; }
      echo "archive $archive"
      echo "class path $2"
      echo "threads ${OMP_NUM_THREADS-unset}"
      echo "letters $(locale charmap 2>/dev/null), LC_ALL ${LC_ALL-unset}"
      echo "products ${OPENBLAS_THREAD_TIMEOUT-unset}"
      [ "$commit" = none ] || echo "commit $commit"
      shift 3
      echo "arguments $*"
      """;

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
        [ ! -f 'FOLDER/killed' ] || { echo 'Killed'; exit 137; }
        echo '[INFO] Building EMAN: benchmarks 0.1.0-SNAPSHOT          [2/2]'
        mkdir -p benchmarks/target/launcher-build core/target/launcher-build
        touch benchmarks/target/launcher-build/benchmarks.jar core/target/launcher-build/core.jar
        echo "$PWD/core/target/launcher-build/core.jar:FOLDER/library.jar:$PWD/backend/pom.xml" \\
          >benchmarks/target/launcher-build/classpath.txt
        """);
    program("java", JAVA);
  }

  private void program(String name, String script) throws IOException {
    program(folder.resolve("bin"), name, script);
  }

  private void program(Path bin, String name, String script) throws IOException {
    Path file = Files.createDirectories(bin).resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script.replace("FOLDER", folder.toString()));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Outcome eman(Map<String, String> environment) throws IOException, InterruptedException {
    return eman(environment, "train", "--steps=1");
  }

  private Outcome eman(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder("sh", clone.resolve("eman").toString())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.command().addAll(List.of(arguments));
    builder.environment().keySet().removeIf(n -> n.startsWith("EMAN_") || n.equals("JAVA_HOME"));
    builder.environment().remove("OMP_NUM_THREADS");
    builder.environment().remove("OPENBLAS_THREAD_TIMEOUT");
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
        first
            .err()
            .lines()
            .skip(4)
            .toList()
            .toString()
            .matches(
                "\\[eman: built in \\d+ s, eman: preparing fast starts with Java 17.0.9, once]"),
        first.err());
    assertTrue(builds().get(0).contains("-Dmaven.test.skip=true"), builds()::toString);
    assertFalse(builds().get(0).contains("package"), builds()::toString);
    assertTrue(first.out().contains("class path " + folder + "/library.jar:"), first.out());
    assertTrue(first.out().contains("/benchmarks.jar:"), first.out());
    assertTrue(first.out().contains("/core.jar\n"), first.out());
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
  void threadsOfProducts_unlessTheUserSaysSo_sleepSoon() throws Exception {
    assertTrue(eman().out().contains("products 4\n"));
    Outcome set = eman(Map.of("OPENBLAS_THREAD_TIMEOUT", "20"));
    assertTrue(set.out().contains("products 20\n"), set.out());
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
  void builtAgain_oldCopiesThatNobodyUses_areRemoved() throws Exception {
    assumeTrue(
        new ProcessBuilder("sh", "-c", "ps -A -ww -o args= >/dev/null").start().waitFor() == 0);
    eman();
    Path copies = clone.resolve("benchmarks/target/launcher");
    Path unused = copy(copies.resolve("20240102030405-1"), 40);
    Path used = copy(copies.resolve("20240102030405-2"), 40);
    Path young = copy(copies.resolve("20240102030405-3"), 20);
    Process user = new ProcessBuilder("sh", "-c", "read line", used + "/core.jar:").start();
    try {
      Path source = Files.writeString(clone.resolve("core/src/main/A.java"), "class A {}");
      Files.setLastModifiedTime(source, FileTime.fromMillis(System.currentTimeMillis() + 60_000));
      Outcome second = eman();
      assertEquals(0, second.exitCode(), second.err());
    } finally {
      user.destroy();
    }
    assertFalse(Files.exists(unused));
    assertTrue(Files.exists(used.resolve("core.jar")));
    assertTrue(Files.exists(young.resolve("core.jar")));
  }

  @Test
  void builtAgain_copyThatWasInUseUntilNow_staysAMonth() throws Exception {
    eman();
    Path copies = clone.resolve("benchmarks/target/launcher");
    Path before;
    try (Stream<Path> all = Files.list(copies)) {
      before =
          all.filter(path -> path.getFileName().toString().matches("\\d+-\\d+"))
              .findFirst()
              .orElseThrow();
    }
    Files.setLastModifiedTime(before, FileTime.from(Instant.now().minus(Duration.ofDays(40))));
    Path source = Files.writeString(clone.resolve("core/src/main/A.java"), "class A {}");
    Files.setLastModifiedTime(source, FileTime.fromMillis(System.currentTimeMillis() + 60_000));
    Outcome second = eman();
    assertEquals(0, second.exitCode(), second.err());
    assertEquals(2, builds().size());
    assertTrue(Files.exists(before.resolve("core.jar")));
  }

  private static Path copy(Path folder, int days) throws IOException {
    Files.writeString(Files.createDirectory(folder).resolve("core.jar"), "");
    return Files.setLastModifiedTime(
        folder, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
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
  void buildFails_withoutErrorLines_showsItsLastLines() throws Exception {
    Files.writeString(folder.resolve("killed"), "");
    Outcome outcome = eman();
    assertEquals(1, outcome.exitCode());
    assertTrue(
        outcome.err().contains("library-1.0.jar\nKilled\neman: the build failed; all of its"),
        outcome.err());
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

  /** With ASCII alone, Java could open no files of other names. */
  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "'', C",
    "C, C.UTF-8",
    "POSIX, ''",
    "'', xx_XX.UTF-8", // Not installed.
  })
  void locale_ofAsciiAlone_becomesUtf8(String all, String language) throws Exception {
    assumeTrue(utf8IsInstalled());
    Outcome outcome = eman(Map.of("LC_ALL", all, "LC_CTYPE", "", "LANG", language));
    assertTrue(outcome.out().contains("letters UTF-8, LC_ALL "), outcome.out());
    assertEquals(0, outcome.exitCode(), outcome.err());
  }

  @Test
  void locale_ofUtf8_staysTheUsers() throws Exception {
    assumeTrue(utf8IsInstalled());
    Outcome outcome = eman(Map.of("LC_ALL", "", "LC_CTYPE", "C.UTF-8", "LANG", "C"));
    assertTrue(outcome.out().contains("letters UTF-8, LC_ALL \n"), outcome.out());
  }

  private static boolean utf8IsInstalled() throws Exception {
    ProcessBuilder charmap = new ProcessBuilder("locale", "charmap");
    charmap.environment().put("LC_ALL", "C.UTF-8");
    return new String(charmap.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .startsWith("UTF-8");
  }

  @Test
  void openFiles_tooFew_saidInsteadOfStarting() throws Exception {
    Path out = folder.resolve("few.txt");
    Process process =
        new ProcessBuilder("sh", "-c", "ulimit -n 64 && exec sh \"$0\" -V", clone + "/eman")
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertEquals(1, process.waitFor());
    assertEquals(
        "eman: expected room for at least 128 open files, found 64: raise the limit (ulimit -n), or"
            + " ask the administrator\n",
        Files.readString(out));
  }

  @ParameterizedTest
  @CsvSource({
    "--format=onnx, eman-onnx",
    "--format ONNX, eman-onnx",
    "--encoder=onnx.onnx, eman-onnx",
    "--encoder e.onnx, eman-onnx",
    "--format safetensors, benchmarks",
    "--format dl4j --out onnx, benchmarks",
    "--out=onnx, benchmarks",
    "--spark local[1], eman-spark"
  })
  void options_thatNeedMore_buildItsModule(String options, String module) throws Exception {
    Files.writeString(folder.resolve("broken"), ""); // Its choice is all that is looked at.
    eman(Map.of(), ("export run " + options).split(" "));
    assertTrue(builds().get(0).contains(" -pl " + module + " -am "), builds()::toString);
  }

  private List<String> archived() throws IOException {
    return Files.readAllLines(folder.resolve("archived"));
  }

  private Path archive(Outcome outcome) {
    return Path.of(outcome.out().lines().findFirst().orElseThrow().replace("archive ", ""));
  }

  @Test
  void archive_isOfTheLibrariesAlone_andOutlivesOurChanges() throws Exception {
    Path archive = archive(eman());
    assertEquals("archive of " + folder + "/library.jar\n", Files.readString(archive));
    Path source = Files.writeString(clone.resolve("core/src/main/A.java"), "class A {}");
    Files.setLastModifiedTime(source, FileTime.fromMillis(System.currentTimeMillis() + 60_000));
    Outcome second = eman();
    assertEquals(2, builds().size());
    assertFalse(second.err().contains("preparing"), second.err());
    assertEquals(archive, archive(second));
    assertEquals(1, archived().size());
    try (Stream<Path> left = Files.list(archive.getParent())) {
      assertEquals(3, left.count(), "the archive, what it is of, and the log");
    }
  }

  @Test
  void archive_cutShortOrGoneOrOfOlderLibraries_isMadeAgain() throws Exception {
    Path archive = archive(eman());
    Files.writeString(archive, "");
    assertEquals(archive, archive(eman()));
    assertTrue(Files.size(archive) > 0);
    Files.delete(archive);
    assertEquals(archive, archive(eman()));
    assertEquals(3, archived().size());
    Files.setLastModifiedTime(
        folder.resolve("library.jar"), FileTime.fromMillis(System.currentTimeMillis() + 60_000));
    Outcome changed = eman();
    assertEquals("eman: preparing fast starts with Java 17.0.9, once\n", changed.err());
    assertEquals(archive, archive(changed));
    assertEquals(4, archived().size());
  }

  @Test
  void archive_ofEachJdk_isItsOwn() throws Exception {
    Path usual = archive(eman());
    Path jdk = folder.resolve("jdk 21");
    program(jdk.resolve("bin"), "java", JAVA);
    Files.writeString(jdk.resolve("release"), "OS_NAME=\"Linux\"\nJAVA_VERSION=\"21.0.4\"");
    Files.delete(folder.resolve("asked"));
    Map<String, String> home = Map.of("JAVA_HOME", jdk.toString());
    Outcome other = eman(home);
    assertEquals("eman: preparing fast starts with Java 21.0.4, once\n", other.err());
    assertFalse(usual.equals(archive(other)), other.out());
    assertEquals("", eman(home).err());
    assertFalse(Files.exists(folder.resolve("asked")), "a JDK's version is in its release file");
    assertEquals(usual, archive(eman()));
    assertEquals(2, archived().size());
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
    Outcome old = eman(home);
    assertEquals(1, old.exitCode());
    assertTrue(old.err().startsWith("eman: expected Java 17 or later, found 11.0.2 ("), old.err());
  }

  @Test
  void archive_thatCannotBeMade_isTriedOnce() throws Exception {
    Files.writeString(folder.resolve("no archive"), "");
    Outcome first = eman();
    assertEquals(0, first.exitCode());
    assertTrue(first.out().startsWith("archive none\n"), first.out());
    String last = first.err().lines().reduce((a, b) -> b).orElseThrow();
    assertTrue(last.startsWith("eman: that failed, so commands start more slowly; "), last);
    Path log = Path.of(last.replaceAll(".* is in ", ""));
    assertEquals("not possible\n", Files.readString(log));
    Outcome second = eman();
    assertEquals("", second.err());
    assertTrue(second.out().startsWith("archive none\n"), second.out());
    assertEquals(1, archived().size());
  }

  @Test
  void archive_madeByAnotherCommandNow_isNotWaitedFor() throws Exception {
    Path archive = archive(eman());
    Files.delete(archive);
    Path lock = Path.of(archive.toString().replace(".jsa", ".lock"));
    Path holder = Files.createDirectory(lock).resolve("pid");
    Files.writeString(holder, ProcessHandle.current().pid() + "\n");
    Outcome meanwhile = eman();
    assertEquals("", meanwhile.err());
    assertTrue(meanwhile.out().startsWith("archive none\n"), meanwhile.out());
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    Files.writeString(holder, ended.pid() + "\n"); // It was killed.
    assertEquals(archive, archive(eman()));
    assertFalse(Files.exists(lock));
  }

  @Test
  void archive_whereNothingCanBeWritten_isDoneWithout() throws Exception {
    Path archives = archive(eman()).getParent();
    try (Stream<Path> files = Files.list(archives)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(archives);
    Files.writeString(archives, "no folder");
    Outcome outcome = eman();
    assertEquals("", outcome.err());
    assertTrue(outcome.out().startsWith("archive none\n"), outcome.out());
  }

  @Test
  void briefCommands_runWithOneCompiler() throws Exception {
    eman();
    Path run = Files.createDirectory(folder.resolve("run"));
    Files.writeString(run.resolve("run.json"), "{}");
    Path image = Files.writeString(folder.resolve("image.jpg"), "");
    Path images = Files.createDirectory(folder.resolve("images"));
    List<List<String>> brief =
        List.of(
            List.of(),
            List.of("--version"),
            List.of("-V"),
            List.of("--debug", "train", "--help"),
            List.of("help", "train"),
            List.of("train", "--help"),
            List.of("predict", run.toString(), image.toString()));
    for (List<String> command : brief) {
      Outcome outcome = eman(Map.of(), command.toArray(String[]::new));
      assertTrue(outcome.out().startsWith("one compiler\n"), () -> command + ": " + outcome);
    }
    List<List<String>> others =
        List.of(
            List.of("train", "--steps=5"),
            List.of("--debug", "train", "--steps=5"),
            List.of("predict", run.toString(), images.toString()),
            List.of("evaluate", run.toString()));
    for (List<String> command : others) {
      Outcome outcome = eman(Map.of(), command.toArray(String[]::new));
      assertFalse(outcome.out().contains("one compiler\n"), () -> command + ": " + outcome);
    }
  }

  /** As in the archive of {@code mvn -Pdist}: bin/eman beside lib/eman.jar. */
  private Path distribution() throws IOException {
    Path root = folder.resolve("a distribution");
    Files.createDirectories(root.resolve("bin"));
    Files.copy(LAUNCHER, root.resolve("bin/eman"));
    Files.writeString(Files.createDirectory(root.resolve("lib")).resolve("eman.jar"), "");
    clone = root.resolve("bin");
    return root;
  }

  @Test
  void distribution_withoutMavenAndGit_runsWhatIsThere() throws Exception {
    Path root = distribution();
    Files.writeString(root.resolve("lib/commit"), "0123456789ab\n");
    Outcome first = eman();
    assertEquals(0, first.exitCode(), first.err());
    assertEquals("eman: preparing fast starts with Java 17.0.9, once\n", first.err());
    assertEquals(root.resolve("lib/classes"), archive(first).getParent());
    assertTrue(first.out().contains("class path " + root + "/lib/eman.jar\n"), first.out());
    assertTrue(first.out().contains("commit 0123456789ab\n"), first.out());
    assertFalse(Files.exists(folder.resolve("builds")), "Maven was asked");
    Outcome second = eman();
    assertEquals("", second.err());
    assertEquals(first.out(), second.out());
  }

  @Test
  void distribution_whoseFolderCannotBeWritten_keepsArchivesInTheUsersCache() throws Exception {
    Path root = distribution();
    Path cache = folder.resolve("cache");
    Files.writeString(root.resolve("lib/classes"), "not a folder");
    Outcome outcome = eman(Map.of("XDG_CACHE_HOME", cache.toString()));
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(cache.resolve("eman"), archive(outcome).getParent());
  }

  /** Whoever installed it for all users, in an image for example, has made the archive. */
  @Test
  void distribution_withAnArchiveWhereNothingCanBeWritten_usesIt() throws Exception {
    distribution();
    Path archive = archive(eman());
    // Root, whom permissions do not bind, is refused, too.
    program(
        "mkdir",
        "case $2 in */lib/classes) exit 1 ;; esac\nPATH=${PATH#*:} && exec mkdir \"$@\"\n");
    Map<String, String> other = Map.of("XDG_CACHE_HOME", folder.resolve("cache").toString());
    Outcome outcome = eman(other);
    assertEquals("", outcome.err());
    assertEquals(archive, archive(outcome));
    Path record = Path.of(archive.toString().replace(".jsa", ".txt"));
    Files.writeString(record, Files.readString(record).replaceAll("[0-9]+\n$", "none\n"));
    assertEquals(folder.resolve("cache/eman"), archive(eman(other)).getParent());
  }

  @Test
  void distribution_askedForSpark_saysWhereItIs() throws Exception {
    distribution();
    Outcome outcome = eman(Map.of(), "train", "--spark", "local[2]");
    assertEquals(1, outcome.exitCode());
    assertTrue(outcome.err().startsWith("eman: Spark is no part of a distribution"), outcome.err());
  }
}
