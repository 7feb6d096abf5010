package dev.eman.benchmarks.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.cli.MainAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepCommandTest {
  private static final String SWEEP =
      """
      title: tiny
      seeds: 2
      base:
        steps: 2
        batch: 4
        mu: 1
        backbone: resnet8-w4
        evaluate-every: 0
        map-images: 0
      grid:
        labels:
          1%: {labels: 1%}
        method:
          supervised: {algorithm: supervised}
          FixMatch, EMAN: {algorithm: fixmatch, set: {teacher: eman}}
      """;

  @TempDir private Path folder;
  private Path file = Path.of(".");
  private Path out = Path.of(".");

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("tiny.yaml");
    out = folder.resolve("out");
    Files.writeString(file, SWEEP);
  }

  private MainAccess sweep(String... more) {
    String[] arguments = new String[more.length + 3];
    arguments[0] = "sweep";
    arguments[1] = file.toString();
    arguments[2] = "--out=" + out;
    System.arraycopy(more, 0, arguments, 3, more.length);
    return MainAccess.run(arguments);
  }

  @Test
  void grid_runsInProcesses_tabulatesAndGoesOn() throws IOException {
    MainAccess one = sweep("--only=1pc-fixmatch-eman-s0");
    assertEquals(0, one.exitCode(), one.err());
    assertTrue(one.out().contains("[1/1] 1pc-fixmatch-eman-s0: student "), one.out());
    assertFalse(
        Files.exists(out.resolve("1pc-fixmatch-eman-s1")), "its other seed is not asked for");
    MainAccess several = sweep("--only=1pc-supervised-s1,1pc-fixmatch-eman", "--list");
    assertEquals(
        List.of("1pc-fixmatch-eman-s0", "1pc-supervised-s1", "1pc-fixmatch-eman-s1"),
        several.out().lines().map(line -> line.substring(0, line.indexOf(' '))).toList());
    Path first = out.resolve("1pc-fixmatch-eman-s0/run.json");
    FileTime made = Files.getLastModifiedTime(first);
    Path report = out.resolve("1pc-fixmatch-eman-s0/report.html");
    Files.delete(report); // As if the run had been killed while it wrote it.
    MainAccess all = sweep();
    assertEquals(0, all.exitCode(), all.err());
    assertTrue(Files.exists(report));
    assertTrue(all.out().contains("[4/4] 1pc-fixmatch-eman-s1: student "), all.out());
    assertEquals(made, Files.getLastModifiedTime(first), "what is finished is kept");
    List<String> csv = Files.readAllLines(out.resolve("results.csv"));
    assertEquals(3, csv.size());
    assertTrue(csv.get(2).startsWith("\"1%\",\"FixMatch, EMAN\","), csv.get(2));
    String table = Files.readString(out.resolve("results.md"));
    assertTrue(table.contains("--only 1pc-supervised` |"), table);
    assertTrue(table.contains(" ± "), table);
    assertTrue(Files.size(out.resolve("results.png")) > 1000);

    Path runs = out.resolve("runs.csv");
    out = folder.resolve("elsewhere");
    MainAccess counted = sweep("--runs=" + runs, "--seeds=3", "--only=1pc-supervised");
    assertEquals(0, counted.exitCode(), counted.err());
    assertTrue(counted.out().contains("[2/3] 1pc-supervised-s1: student "), counted.out());
    assertTrue(counted.out().contains(" s (elsewhere)"), counted.out());
    assertTrue(counted.out().startsWith("--runs: finished runs of this sweep: 4"), counted.out());
    assertFalse(Files.exists(out.resolve("1pc-supervised-s1")), "it is not trained again");
    assertEquals(5, Files.readAllLines(out.resolve("runs.csv")).size() - 1);
    MainAccess listed = sweep("--runs=" + runs, "--list");
    assertTrue(listed.out().matches("(?s).*1pc-supervised-s1 +done elsewhere.*"), listed.out());
    out = folder.resolve("out");

    Files.writeString(file, SWEEP.replace("mu: 1", "mu: 2"));
    MainAccess changed = sweep();
    assertEquals(1, changed.exitCode());
    assertTrue(changed.err().contains("other options"), changed.err());
    assertTrue(changed.err().contains("(mu: expected 2, found 1)"), changed.err());
  }

  @Test
  void data_ofAnotherFolder_goOnWithTheSameRuns() throws IOException {
    Path first = Files.createDirectory(folder.resolve("first"));
    Path second = Files.createDirectory(folder.resolve("second"));
    MainAccess begun = sweep("--data=" + first, "--only=1pc-supervised-s0");
    assertEquals(0, begun.exitCode(), begun.err());
    Files.delete(out.resolve("1pc-supervised-s0/run.json")); // As if it had been killed.
    MainAccess moved = sweep("--data=" + second, "--only=1pc-supervised-s0");
    assertEquals(0, moved.exitCode(), moved.err() + moved.out());
    String config = Files.readString(out.resolve("1pc-supervised-s0/config.yaml"));
    assertTrue(config.contains("second"), config);
  }

  @Test
  void runs_ofOtherImagesThanAreHere_areRefusedBeforeTraining() throws IOException {
    Path table = folder.resolve("runs.csv");
    Files.writeString(
        table,
        """
        run,steps,student,teacher,balanced_accuracy,macro_f1,minutes,measured_by,commit,data_fingerprint,options,student_curve,teacher_curve
        1pc-supervised-s0,2,50,,50,25,1,classifier,commit,others,"algorithm=supervised backbone=resnet8-w4 batch=4 evaluate-every=0 labels=1% map-images=0 mu=1 steps=2",,
        """);
    MainAccess refused = sweep("--runs=" + table);
    assertEquals(1, refused.exitCode(), refused.out());
    assertTrue(
        refused
            .err()
            .contains(
                "1pc-fixmatch-eman-s0 would be trained on other images than "
                    + table
                    + ": 1pc-supervised-s0 was (fingerprint "),
        refused.err());
    assertFalse(Files.exists(out.resolve("1pc-fixmatch-eman-s0")));
    Files.writeString(table, Files.readString(table).replace(",others,", ",,"));
    MainAccess early = sweep("--runs=" + table, "--list");
    assertTrue(early.out().contains("warning: --runs: runs without the fingerprint"), early.out());
  }

  @Test
  void workersOfSpark_areAMistake() {
    MainAccess result = sweep("--spark=local[2]", "--spark-workers=2");
    assertEquals(2, result.exitCode());
    assertEquals(
        "eman: --spark-workers: expected without sweep, whose runs have one worker each;"
            + " spark.cores.max limits how many train at once\n",
        result.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void fileOfOtherThanUtf8_isAMistake() throws IOException {
    Files.write(file, "base: ph\u00fc\n".getBytes(StandardCharsets.ISO_8859_1));
    MainAccess result = sweep();
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains(file + ": expected text in UTF-8"), result.err());
  }

  @Test
  void aRunThatFails_isNamedAndTheOthersGoOn() throws IOException {
    Files.writeString(
        file,
        SWEEP.replace("{algorithm: supervised}", "{algorithm: supervised, init: /missing.ckpt}"));
    MainAccess result = sweep("--seeds=1");
    assertEquals(1, result.exitCode());
    assertTrue(result.out().contains("1pc-supervised-s0: failed with 1, see"), result.out());
    assertTrue(result.out().contains("1pc-fixmatch-eman-s0: student"), result.out());
    assertTrue(result.out().contains("1 of 2 runs failed"), result.out());
  }

  @Test
  void seeds_notAWholeNumberOfAtLeastOne_areAMistake() throws IOException {
    for (String given : List.of("[0,1,2]", "\"five\"", "2.9", "0", "null")) {
      Files.writeString(file, SWEEP.replace("seeds: 2", "seeds: " + given));
      MainAccess result = sweep("--list");
      assertEquals(2, result.exitCode(), given);
      assertTrue(
          result.err().contains("seeds: expected a whole number of at least 1, got " + given),
          result.err());
    }
    Files.writeString(file, SWEEP.replace("seeds: 2\n", ""));
    assertEquals(2, sweep("--list").out().lines().count(), "one seed of each cell");
    MainAccess option = sweep("--seeds=-3", "--list");
    assertEquals(2, option.exitCode());
    assertTrue(
        option.err().contains("--seeds: expected at least 1, or 0 for those of FILE, got -3"),
        option.err());
  }

  /** It would be overridden by the seed of each run. */
  @Test
  void seed_amongTheOptions_isAMistake() throws IOException {
    for (String wrong :
        List.of(
            SWEEP.replace("batch: 4", "batch: 4\n  seed: 7"),
            SWEEP.replace("{algorithm: supervised}", "{algorithm: supervised, seed: 7}"))) {
      Files.writeString(file, wrong);
      MainAccess result = sweep("--list");
      assertEquals(2, result.exitCode(), result.out());
      assertTrue(
          result.err().contains("1pc-supervised: seed: expected none in base and grid"),
          result.err());
    }
  }

  @Test
  void mistakes_areFoundBeforeAnythingRuns() throws IOException {
    Files.writeString(file, SWEEP.replace("batch: 4", "batsh: 4"));
    MainAccess key = sweep();
    assertEquals(2, key.exitCode());
    assertTrue(key.err().contains("did you mean batch?"), key.err());
    Files.writeString(file, SWEEP.replace("batch: 4", "batch: 4\n  devices: 3"));
    MainAccess parts = sweep();
    assertEquals(2, parts.exitCode());
    assertTrue(
        parts.err().contains("a product that divides a batch of 4 labelled images"), parts.err());
    Files.writeString(file, SWEEP.replace("grid:", "gird:"));
    assertEquals(2, sweep().exitCode());
    Files.writeString(file, "- a list");
    assertEquals(2, sweep().exitCode());
    Files.writeString(file, SWEEP.replace("supervised: {", "fixmatch (eman): {"));
    MainAccess twice = sweep();
    assertEquals(2, twice.exitCode());
    assertTrue(
        twice
            .err()
            .contains("{labels=1%, method=fixmatch (eman)} and {labels=1%, method=FixMatch, EMAN}"),
        twice.err());
    Files.writeString(file, SWEEP);
    MainAccess cell = sweep("--only=1pc-fixmatch-emam");
    assertEquals(2, cell.exitCode());
    assertTrue(cell.err().contains("did you mean 1pc-fixmatch-eman?"), cell.err());
    MainAccess seed = sweep("--only=1pc-supervised-s2");
    assertEquals(2, seed.exitCode());
    assertTrue(
        seed.err().contains("expected a seed from 0 to 1, got 1pc-supervised-s2 (--seeds)"),
        seed.err());
    assertFalse(Files.exists(out));
  }
}
