package dev.eman.benchmarks.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.report.Charts;
import dev.eman.train.RunRecord;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTableTest {
  private static final String SWEEP =
      """
      title: two by two
      seeds: 3
      grid:
        labels:
          1%: {labels: 1%}
          40/class: {labels: 40/class}
        method:
          supervised: {algorithm: supervised}
          '=EMAN | FixMatch': {algorithm: fixmatch}
      """;

  @TempDir private Path folder;
  private Path root = Path.of(".");
  private String measuredBy = RunRecord.Measurement.CLASSIFIER;
  private SweepFile sweep =
      new SweepFile("", ImmutableList.of(), ImmutableList.of(), ImmutableList.of(), null);

  @BeforeEach
  void read() throws IOException {
    root = Files.createDirectories(folder.resolve("out"));
    sweep = sweep(SWEEP);
  }

  private SweepFile sweep(String yaml) throws IOException {
    Path file = folder.resolve("sweep.yaml");
    Files.writeString(file, yaml);
    return SweepFile.read(file, Map.of(), 0);
  }

  /** A finished run; without a teacher for a negative accuracy. */
  private void finish(int cell, long seed, double student, double teacher) throws IOException {
    SweepRun run = SweepRun.of(sweep.cells().get(cell), seed, root);
    Files.createDirectories(run.folder());
    new RunRecord(
            run.name(),
            new RunRecord.Training(
                "fixmatch", seed, 50, "eman", 60.0 * (seed + 1), Instant.EPOCH, 1),
            new RunRecord.Data(
                "cifar10/train", "data", List.of("cat", "dog"), "split", "hash", null),
            null,
            new RunRecord.Measurement("test", measuredBy, "test set"),
            new RunRecord.Program("1", "commit", "backend"),
            new RunRecord.Results(
                null,
                null,
                "test",
                student,
                teacher < 0 ? null : teacher,
                new RunRecord.Scores(student, 1, 0.5, 0.25),
                teacher < 0 ? null : new RunRecord.Scores(teacher, 1, teacher - 0.01, 0.5)),
            ImmutableList.of())
        .write(run.files());
  }

  private SweepTable table() {
    return new SweepTable(new SweepResults(sweep, root, List.of()));
  }

  private void finishSome() throws IOException {
    finish(0, 0, 0.5, -1);
    finish(0, 1, 0.54, -1);
    finish(1, 2, 0.625, 0.75);
    finish(3, 0, 0.9, 0.91);
  }

  @Test
  void markdown_finishedRuns_haveMeansAndHowToRunThemAgain() throws IOException {
    finishSome();
    String expected =
        """
        | labels | method | student | teacher | balanced accuracy | macro F1 | seeds | steps | minutes a run | again |
        |---|---|---|---|---|---|---|---|---|---|
        | 1% | supervised | 52.00 ± 2.83 | - | 50.00 ± 0.00 | 25.00 ± 0.00 | 2 | 50 | 1.5 | `go --only 1pc-supervised` |
        | 1% | =EMAN \\| FixMatch | 62.50 | 75.00 | 74.00 | 50.00 | 1 | 50 | 3.0 | `go --only 1pc-eman-fixmatch` |
        | 40/class | =EMAN \\| FixMatch | 90.00 | 91.00 | 90.00 | 50.00 | 1 | 50 | 1.0 | `go --only 40-class-eman-fixmatch` |
        """;
    assertEquals(expected, table().markdown("go"));
  }

  @Test
  void chart_cellsWithoutRuns_haveNoPoint() throws IOException {
    finishSome();
    Charts.Points chart = table().chart();
    assertEquals(List.of("1%", "40/class"), chart.groups());
    assertEquals("labels", chart.xTitle());
    assertEquals("top-1 accuracy of the deployed network, %", chart.yTitle());
    assertEquals(
        List.of("supervised", "=EMAN | FixMatch"),
        chart.series().stream().map(Charts.PointSeries::name).toList());
    assertEquals(List.of(52.0, Double.NaN), chart.series().get(0).means());
    assertEquals(List.of(75.0, 91.0), chart.series().get(1).means(), "the teacher's");
    assertEquals(Math.sqrt(8), chart.series().get(0).deviations().get(0), 1e-9);
  }

  @Test
  void chart_features_saysNearestNeighbors() throws IOException {
    measuredBy = "20 nearest neighbours among 6,000 training images";
    finish(0, 0, 0.5, -1);
    finish(1, 0, 0.6, 0.7);
    assertEquals("k-NN accuracy of the deployed network, %", table().chart().yTitle());
  }

  @Test
  void chart_oneAxis_isOneGroup() throws IOException {
    sweep = sweep("grid: {method: {supervised: {algorithm: supervised}, FixMatch: {mu: 2}}}");
    finish(0, 0, 0.5, -1);
    finish(1, 0, 0.6, 0.7);
    assertEquals("method", table().chart().xTitle());
    assertEquals(List.of(""), table().chart().groups());
    table().write(root, "go");
    assertTrue(Files.size(root.resolve("results.png")) > 1000);
  }

  @Test
  void write_results_areTables() throws IOException {
    finishSome();
    table().write(root, "go");
    assertEquals(
        List.of(
            "labels,method,student_mean,student_deviation,teacher_mean,teacher_deviation,"
                + "balanced_mean,balanced_deviation,macro_f1_mean,"
                + "macro_f1_deviation,seeds,steps,minutes",
            "\"1%\",supervised,52.0000,2.8284,,,50.0000,0.0000,25.0000,0.0000,2,50,1.500",
            "\"1%\",\"'=EMAN | FixMatch\",62.5000,0.0000,75.0000,0.0000,74.0000,0.0000,50.0000,"
                + "0.0000,1,50,3.000"),
        Files.readAllLines(root.resolve("results.csv")).subList(0, 3));
    assertTrue(Files.readString(root.resolve("results.md")).contains("52.00 ± 2.83"));
    BufferedImage picture = ImageIO.read(root.resolve("results.png").toFile());
    assertEquals(860, picture.getWidth());
    assertEquals(480, picture.getHeight(), "440 and two rows of the legend");
  }

  @Test
  void write_nothingFinished_drawsNothing() throws IOException {
    table().write(root, "go");
    assertEquals(1, Files.readAllLines(root.resolve("results.csv")).size());
    assertFalse(Files.exists(root.resolve("results.png")));
  }

  private static final String COMPARE =
      """
      compare: {axis: method, value: '=EMAN | FixMatch', with: [supervised]}
      """;

  /** Seeds in pairs: 0.1 and 0.2 ahead, whatever the seeds themselves do. */
  @Test
  void compare_seedsOfBoth_areSubtractedInPairs() throws IOException {
    sweep = sweep(SWEEP + COMPARE);
    finish(0, 0, 0.3, -1);
    finish(1, 0, 0, 0.4);
    finish(0, 1, 0.6, -1);
    finish(1, 1, 0, 0.8);
    finish(1, 2, 0, 0.9); // Its partner is missing.
    SweepTable table = table();
    table.write(root, "again");
    // Student's t of one degree of freedom is 12.7062: 15 +- 12.7062 * 7.0711 / sqrt(2).
    assertTrue(
        table
            .markdown("again")
            .contains("| 1% | =EMAN \\| FixMatch − supervised | +15.00 | -48.53 to +78.53 | 2 |"),
        table.markdown("again"));
    List<String> csv = Files.readAllLines(root.resolve("differences.csv"));
    assertEquals(2, csv.size());
    assertTrue(csv.get(1).endsWith(",15.0000,7.0711,63.5310,2"), csv.get(1));
    assertTrue(Files.size(root.resolve("differences.png")) > 1000);
  }

  @Test
  void compare_severalCells_haveAMeanOfSeedsThatAllHave() throws IOException {
    sweep = sweep(SWEEP + COMPARE);
    for (int labels = 0; labels < 2; labels++) {
      finish(2 * labels, 0, 0.5, -1);
      finish(2 * labels + 1, 0, 0, 0.6 + 0.1 * labels); // 10 and 20 points: 15.
      finish(2 * labels, 1, 0.5, -1);
      finish(2 * labels + 1, 1, 0, 0.8 + 0.1 * labels); // 30 and 40: 35.
    }
    finish(0, 2, 0.5, -1);
    finish(1, 2, 0, 0.9); // 40, which the other cell has not.
    SweepTable table = table();
    table.write(root, "again");
    assertTrue(
        table
            .markdown("again")
            .contains(
                "| mean of 2 | =EMAN \\| FixMatch − supervised | +25.00 | -102.06 to +152.06 | 2"
                    + " |"),
        table.markdown("again"));
    assertTrue(
        Files.readString(root.resolve("differences.csv"))
            .endsWith(",supervised,25.0000,14.1421,127.0620,2\n"));
  }

  /** Metrics of a run that is evaluated at steps 2 and 4, in per mille. */
  private void metrics(int cell, long seed, String at2, String at4) throws IOException {
    Files.writeString(
        SweepRun.of(sweep.cells().get(cell), seed, root).files().metrics(),
        "step,loss,student_top1,teacher_top1\n1,1,,\n2,1," + at2 + "\n3,1,,\n4,1," + at4 + "\n");
  }

  @Test
  void curves_evaluatedRuns_areMeansOverSeeds() throws IOException {
    finishSome();
    metrics(0, 0, "0.25,", "0.5,");
    metrics(0, 1, "0.75,", "0.5,");
    metrics(1, 2, "0.125,0.25", "0.5,0.625");
    table().write(root, "go");
    assertEquals(
        """
        labels,method,network,step,mean,deviation
        "1%",supervised,student,2,50.0000,35.3553
        "1%",supervised,student,4,50.0000,0.0000
        "1%","'=EMAN | FixMatch",student,2,12.5000,0.0000
        "1%","'=EMAN | FixMatch",student,4,50.0000,0.0000
        "1%","'=EMAN | FixMatch",teacher,2,25.0000,0.0000
        "1%","'=EMAN | FixMatch",teacher,4,62.5000,0.0000
        """,
        Files.readString(root.resolve("curves.csv")));
    BufferedImage picture = ImageIO.read(root.resolve("curves-1pc.png").toFile());
    assertEquals(500, picture.getHeight(), "440 and three rows of the legend");
    assertFalse(Files.exists(root.resolve("curves-40-class.png")), "its run has no metrics");
  }

  @Test
  void curves_oneAxis_areOneChart() throws IOException {
    sweep = sweep("grid: {method: {supervised: {algorithm: supervised}, FixMatch: {mu: 2}}}");
    finish(0, 0, 0.5, -1);
    metrics(0, 0, "0.25,", "0.5,");
    table().write(root, "go");
    assertTrue(Files.exists(root.resolve("curves.png")));
  }

  @Test
  void curves_evaluatedOnce_areNone() throws IOException {
    finishSome();
    metrics(0, 0, ",", "0.5,");
    table().write(root, "go");
    assertFalse(Files.exists(root.resolve("curves.csv")));
  }

  @Test
  void compare_oneSeed_hasNoInterval() throws IOException {
    sweep = sweep(SWEEP + COMPARE);
    finish(0, 0, 0.3, -1);
    finish(1, 0, 0, 0.4);
    assertTrue(table().markdown("again").contains("| +10.00 | - | 1 |"));
  }

  @Test
  void compare_unknownNames_areRefused() {
    for (String wrong :
        List.of(
            "compare: {axis: methods, value: supervised, with: [supervised]}",
            "compare: {axis: method, value: supervise, with: [supervised]}",
            "compare: {axis: method, value: supervised, with: []}",
            "compare: {axis: method, value: supervised, with: [none]}",
            "compare: {axis: method, value: supervised, with: [supervised]}",
            "compare: {axis: method, value: supervised, with: ['=EMAN | FixMatch', '=EMAN |"
                + " FixMatch']}",
            "compare: {axis: method, value: supervised, with: [supervised], than: 3}")) {
      UsageException e = assertThrows(UsageException.class, () -> sweep(SWEEP + wrong));
      assertTrue(String.valueOf(e.getMessage()).contains("sweep.yaml: compare: "), e.getMessage());
    }
  }

  @Test
  void runs_finished_areARowEachWithOptionsAndCurves() throws IOException {
    finishSome();
    metrics(1, 2, "0.125,0.25", "0.5,0.625");
    table().write(root, "go");
    assertEquals(
        """
        run,steps,student,teacher,balanced_accuracy,macro_f1,minutes,measured_by,commit,options,student_curve,teacher_curve
        1pc-supervised-s0,50,50.0000,,50.0000,25.0000,1.000,classifier,commit,"algorithm=supervised labels=1%",,
        "40-class-eman-fixmatch-s0",50,90.0000,91.0000,90.0000,50.0000,1.000,classifier,commit,"algorithm=fixmatch labels=40/class",,
        1pc-supervised-s1,50,54.0000,,50.0000,25.0000,2.000,classifier,commit,"algorithm=supervised labels=1%",,
        1pc-eman-fixmatch-s2,50,62.5000,75.0000,74.0000,50.0000,3.000,classifier,commit,"algorithm=fixmatch labels=1%","2:12.5000 4:50.0000","2:25.0000 4:62.5000"
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
    sweep = sweep(SWEEP.replace("{algorithm: fixmatch}", "{algorithm: fixmatch, mu: 2, seed: 3}"));
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
                    "commit,\"algorithm=supervised labels=1%\",,",
                    "commit,\"algorithm=supervised labels=1%\",2,"),
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
    assertEquals(List.of(), results(Path.of("results", "family-cifar10.csv")).others());
    SweepResult run =
        results(Path.of("results", "family-cifar10.csv")).find(sweep.cells().get(2), 0);
    assertEquals(48.03, run == null ? null : run.teacher());
  }
}
