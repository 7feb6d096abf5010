package dev.eman.benchmarks.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.cli.MainAccess;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.report.Charts;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class SweepTableTest extends SweepFixture {
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
  void steps_ofRunsThatEndedEarly_areThoseOfAll() throws IOException {
    finish(0, 0, 0.5, -1);
    steps = 35;
    finish(0, 1, 0.54, -1);
    assertTrue(table().markdown("go").contains(" | 2 | 35-50 | 1.5 | "), table().markdown("go"));
    table().write(root, "go");
    String row = Files.readAllLines(root.resolve("results.csv")).get(1);
    assertTrue(row.endsWith(",2,42.5,1.500"), row);
  }

  @Test
  void markdown_ofTheCommand_keepsItsOptions() throws IOException {
    for (int cell = 0; cell < 4; cell++) {
      finish(cell, 0, 0.5, -1);
    }
    Path file = folder.resolve("sweep.yaml");
    Path data = Files.createDirectory(folder.resolve("my data"));
    MainAccess result =
        MainAccess.run(
            "sweep", file.toString(), "--out=" + root, "--seeds=1", "--data", data.toString());
    assertEquals(0, result.exitCode(), result.err());
    String again =
        String.format(
            "`./eman sweep %s --data '%s' --seeds 1 --out %s --only 1pc-supervised`",
            file, data, root);
    String table = Files.readString(root.resolve("results.md"));
    assertTrue(table.contains(again), table);
  }

  @Test
  void checkSame_runOfAnEarlyVersion_isOfOtherOptionsWhereItTookPhotosAsStored()
      throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos/cat")).getParent();
    for (String dataset : List.of("cifar10", photos.toString())) {
      sweep = sweep(SWEEP.replace("grid:", "base: {dataset: '" + dataset + "'}\ngrid:"));
      SweepRun run = SweepRun.of(sweep.cells().get(0), 0, folder.resolve("early"));
      Files.createDirectories(run.folder());
      Files.writeString(run.files().config(), run.cell().yaml(0)); // Without orientation.
      if (dataset.equals("cifar10")) {
        run.checkSame();
      } else {
        assertThrows(EmanException.class, run::checkSame);
      }
    }
  }

  @Test
  void write_clusterThatEndsEarly_hasWhatHasFinished() throws IOException {
    try (ImageDataset train =
        Datasets.named("fashion-mnist-mini").open(Part.TRAIN, DataDirectories.of(null))) {
      dataFingerprint = train.fingerprint();
    }
    finish(0, 0, 0.5, -1);
    String file = folder.resolve("sweep.yaml").toString();
    Path table = root.resolve("results.md");

    MainAccess aborted = MainAccess.run("sweep", file, "--out=" + root, "--spark=aborted");
    assertEquals(1, aborted.exitCode());
    assertEquals("eman: Job aborted\n", aborted.err());
    assertTrue(Files.readString(table).contains("--only 1pc-supervised`"));

    Files.delete(table);
    MainAccess stopped = MainAccess.run("sweep", file, "--out=" + root, "--spark=stopped");
    assertEquals(130, stopped.exitCode(), stopped.err());
    assertTrue(stopped.out().startsWith("stopped; run the sweep again"), stopped.out());
    assertTrue(Files.exists(table));

    Path none = folder.resolve("none");
    assertEquals(2, MainAccess.run("sweep", file, "--out=" + none, "--spark=mistaken").exitCode());
    assertFalse(Files.exists(none));
  }

  @Test
  void chart_cellsWithoutRuns_haveNoPoint() throws IOException {
    finishSome();
    Charts.Points chart = table().chart();
    assertEquals(List.of("1%", "40/class"), chart.groups());
    assertEquals("labels", chart.xTitle());
    assertEquals("top-1 accuracy of the teacher if there is one, %", chart.yTitle());
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
    assertEquals("k-NN accuracy of the teacher if there is one, %", table().chart().yTitle());
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
            "\"1%\",\"'=EMAN | FixMatch\",62.5000,,75.0000,,74.0000,,50.0000," + ",1,50,3.000"),
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
}
