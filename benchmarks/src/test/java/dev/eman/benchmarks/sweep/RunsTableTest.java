package dev.eman.benchmarks.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunsTableTest extends SweepFixture {
  @Test
  void runs_finished_areARowEachWithOptionsAndCurves() throws IOException {
    finishSome();
    metrics(1, 2, "0.125,0.25", "0.5,0.625");
    table().write(root, "go");
    assertEquals(
        """
        run,steps,student,teacher,balanced_accuracy,macro_f1,minutes,measured_by,commit,data_fingerprint,options,student_curve,teacher_curve
        1pc-supervised-s0,50,50.0000,,50.0000,25.0000,1.000,classifier,commit,data,"algorithm=supervised labels=1%",,
        "40-class-eman-fixmatch-s0",50,90.0000,91.0000,90.0000,50.0000,1.000,classifier,commit,data,"algorithm=fixmatch labels=40/class",,
        1pc-supervised-s1,50,54.0000,,50.0000,25.0000,2.000,classifier,commit,data,"algorithm=supervised labels=1%",,
        1pc-eman-fixmatch-s2,50,62.5000,75.0000,74.0000,50.0000,3.000,classifier,commit,data,"algorithm=fixmatch labels=1%","2:12.5000 4:50.0000","2:25.0000 4:62.5000"
        """,
        Files.readString(root.resolve("runs.csv")));
  }

  /** Half of the runs by a table of another folder: all files are as if they were here. */
  @Test
  void runs_ofAnotherFolder_countLikeThoseHere() throws IOException {
    sweep = sweep(SWEEP + COMPARE);
    finishSome();
    finish(1, 0, 0.5, 0.75);
    metrics(1, 0, "0.125,0.25", "0.5,0.625");
    metrics(1, 2, "0.25,0.5", "0.5,0.75");
    table().write(root, "go");
    Path here = root;
    root = Files.createDirectories(folder.resolve("there"));
    finish(0, 1, 0.54, -1);
    finish(1, 2, 0.625, 0.75);
    metrics(1, 2, "0.25,0.5", "0.5,0.75");
    new SweepTable(results(here.resolve("runs.csv"))).write(root, "go");
    for (String name :
        List.of("results.md", "results.csv", "runs.csv", "curves.csv", "differences.csv")) {
      assertEquals(
          Files.readString(here.resolve(name)), Files.readString(root.resolve(name)), name);
    }
  }

  private SweepResults results(Path... tables) {
    return new SweepResults(sweep, root, List.of(tables));
  }

  @Test
  void runs_inTheFolderToo_countAsTheyAreThere() throws IOException {
    finish(0, 0, 0.5, -1);
    table().write(root, "go");
    Path table = root.resolve("runs.csv");
    finish(0, 0, 0.75, -1);
    SweepResult found = results(table).find(sweep.cells().get(0), 0);
    assertEquals(75.0, found == null ? null : found.student());
    assertFalse(results(table).isElsewhere(SweepRun.of(sweep.cells().get(0), 0, root)));
  }

  @Test
  void runs_ofOtherOptions_areRefusedWithBoth() throws IOException {
    finish(1, 0, 0.5, 0.6);
    table().write(root, "go");
    sweep = sweep(SWEEP.replace("{algorithm: fixmatch}", "{algorithm: fixmatch, mu: 2}"));
    EmanException e = assertThrows(EmanException.class, () -> results(root.resolve("runs.csv")));
    assertTrue(
        String.valueOf(e.getMessage())
            .matches(
                "(?s).*runs.csv: 1pc-eman-fixmatch-s0 was trained with other options.*"
                    + "there: algorithm=fixmatch labels=1%\\R.*"
                    + "now:   algorithm=fixmatch labels=1% mu=2\\R.*"),
        e.getMessage());
  }

  @Test
  void runs_withDifferentResults_areRefused() throws IOException {
    finish(0, 0, 0.5, -1);
    table().write(root, "go");
    Path one = root.resolve("runs.csv");
    Path two = folder.resolve("two.csv");
    Files.writeString(two, Files.readString(one).replace("50.0000", "51.0000"));
    assertEquals(List.of(), results(one, one).others());
    EmanException e = assertThrows(EmanException.class, () -> results(one, two));
    assertTrue(String.valueOf(e.getMessage()).contains("two.csv: 1pc-supervised-s0"));
  }

  /** Such as the first two of CIFAR-10's five files and all of them: the options are the same. */
  @Test
  void runs_ofOtherImages_areRefusedWithBoth() throws IOException {
    finish(0, 0, 0.5, -1);
    finish(1, 1, 0.5, 0.6);
    table().write(root, "go");
    Path one = root.resolve("runs.csv");
    Path two = folder.resolve("two.csv");
    Files.writeString(two, Files.readString(one).replaceFirst("commit,data,", "commit,other,"));
    String both = "1pc-eman-fixmatch-s1 was trained on other images than .*two.csv: 1pc-super";
    assertRefused(".*two.csv: " + both + ".* \\(fingerprint data, not other\\).*", two);
    Files.writeString(two, Files.readString(one).replace("commit,data,", "commit,other,"));
    SweepResults results = results(two);
    EmanException e = assertThrows(EmanException.class, results::checkImages);
    assertTrue(String.valueOf(e.getMessage()).contains("-s0 was trained on other images than "));
  }

  private void assertRefused(String expected, Path table) {
    EmanException e = assertThrows(EmanException.class, () -> results(table));
    assertTrue(String.valueOf(e.getMessage()).matches("(?s)" + expected), e.getMessage());
  }

  /** Which images are held out of a data set without test images depends on the seed. */
  @Test
  void runs_ofImagesThatTheSeedHoldsOut_differBySeed() throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos/cat")).getParent();
    sweep = sweep(SWEEP.replace("grid:", "base: {dataset: " + photos + "}\ngrid:"));
    finish(0, 0, 0.5, -1);
    finish(0, 1, 0.5, -1);
    finish(1, 0, 0.5, -1);
    table().write(root, "go");
    Path one = root.resolve("runs.csv");
    String rows = Files.readString(one);
    Path two = folder.resolve("two.csv");
    Files.writeString(two, rows.replaceAll("(-supervised-s1,.*commit),data,", "$1,other,"));
    assertEquals(3, results(two).countOfTables());
    Files.writeString(two, rows.replaceAll("(-fixmatch-s0,.*commit),data,", "$1,other,"));
    assertRefused(".*fixmatch-s0 was trained on other images than .*supervised-s0.*", two);
  }

  @Test
  void runs_ofAnEarlyTable_countAndAreNamed() throws IOException {
    finishSome();
    table().write(root, "go");
    Path now = root.resolve("runs.csv");
    Path early = folder.resolve("early.csv");
    Files.writeString(
        early,
        Files.readString(now).replace("data_fingerprint,", "").replace("commit,data,", "commit,"));
    assertEquals(List.of(), results(now).ofUnknownImages());
    assertEquals(4, results(early).ofUnknownImages().size());
    assertEquals(List.of(), results(early, now).ofUnknownImages());
    root = Files.createDirectories(folder.resolve("there"));
    new SweepTable(results(early)).write(root, "go");
    Path again = root.resolve("runs.csv");
    assertEquals(4, results(again).ofUnknownImages().size());
  }

  @Test
  void runs_ofOtherCells_areNamed() throws IOException {
    finishSome();
    table().write(root, "go");
    sweep = sweep(SWEEP.replace("seeds: 3", "seeds: 2"));
    assertEquals(List.of("1pc-eman-fixmatch-s2"), results(root.resolve("runs.csv")).others());
  }

  @Test
  void runs_damaged_areRefusedWithTheirPlace() throws IOException {
    finishSome();
    table().write(root, "go");
    String good = Files.readString(root.resolve("runs.csv"));
    Path bad = folder.resolve("bad.csv");
    for (Map.Entry<String, String> wrong :
        Map.of(
                good.replace("54.0000", "fifty"),
                "1pc-supervised-s1: student: expected a number of at least 0 and at most 100",
                good.replace("54.0000", "NaN"),
                "found 'NaN'",
                good.replace(",minutes,", ",hours,"),
                "without minutes",
                good.substring(0, good.length() - 3),
                "without student_curve",
                good.substring(0, good.length() - 12),
                "bad.csv: expected a table (CSV), found something else",
                good.replace(",50,54", ",50.5,54"),
                "1pc-supervised-s1: steps: expected",
                good.replace("54.0000", "5400.00"),
                "at least 0 and at most 100, found '5400.00'",
                good.replace(
                    "data,\"algorithm=supervised labels=1%\",,",
                    "data,\"algorithm=supervised labels=1%\",2,"),
                "student_curve: expected a number of at least 0, found ''")
            .entrySet()) {
      Files.writeString(bad, wrong.getKey());
      EmanException e = assertThrows(EmanException.class, () -> results(bad));
      assertTrue(String.valueOf(e.getMessage()).contains(wrong.getValue()), e.getMessage());
    }
    EmanException none =
        assertThrows(EmanException.class, () -> results(folder.resolve("none.csv")));
    assertTrue(String.valueOf(none.getMessage()).contains("none.csv, found nothing"));
  }

  /** The sweep of docs/results.md goes on from the table that is in the repository. */
  @Test
  void runs_publishedTable_isOfTheSweepAsItIs() {
    sweep = SweepFile.read(Path.of("sweeps", "family-cifar10.yaml"), Map.of(), 0);
    SweepResults published = results(Path.of("results", "family-cifar10.csv"));
    assertEquals(List.of(), published.others());
    assertEquals(List.of(), published.ofUnknownImages());
    SweepResult run = published.find(sweep.cells().get(2), 0);
    assertEquals(48.03, run == null ? null : run.teacher());
  }
}
