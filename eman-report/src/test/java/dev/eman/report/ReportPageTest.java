package dev.eman.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.split.HoldOut;
import dev.eman.train.RunFiles;
import dev.eman.train.RunRecord;
import dev.eman.train.metrics.History;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
  @TempDir private Path folder;

  /** The folder of a finished run with a teacher. */
  private Path run(String name, String options, long seed, double top1, String measuredBy)
      throws IOException {
    return run(
        name, options, seed, top1, new RunRecord.Measurement("validation", measuredBy, null, null));
  }

  private Path run(
      String name, String options, long seed, double top1, RunRecord.Measurement measurement)
      throws IOException {
    Path root = Files.createDirectories(folder.resolve(name));
    RunFiles files = new RunFiles(root);
    Files.writeString(files.config(), options + "\nseed: " + seed + "\n");
    StringBuilder metrics = new StringBuilder("step,loss,student_top1,teacher_top1\n");
    for (int step = 1; step <= 1000; step++) {
      String tail = step % 100 == 0 ? "," + top1 / 2 + "," + top1 * step / 1000 : ",,";
      metrics.append(step).append(',').append(2.0 / step).append(tail).append('\n');
    }
    Files.writeString(files.metrics(), metrics);
    History.Summary summary = new History.Summary(top1 + 0.01, 900, top1, 1, top1);
    new RunRecord(
            root.getFileName().toString(),
            new RunRecord.Training("any", seed, 1000, "eman", 60, Instant.EPOCH, 60),
            new RunRecord.Data("photos", "data", List.of("cat", "dog"), "split", "hash", null),
            null,
            measurement,
            new RunRecord.Program("1", "commit", "backend"),
            new RunRecord.Results(
                summary,
                summary,
                "validation",
                top1 / 2,
                top1,
                new RunRecord.Scores(top1 / 2, 1, 0.5, 0.25),
                new RunRecord.Scores(top1, 1, top1 - 0.1, 0.5)),
            ImmutableList.of())
        .write(files);
    return root;
  }

  private Path run(String name, String options, long seed, double top1) throws IOException {
    return run(name, options, seed, top1, RunRecord.Measurement.CLASSIFIER);
  }

  private String page(List<Path> runs) throws IOException {
    Path file = folder.resolve("page.html");
    ReportPage.write(runs, file);
    return Files.readString(file);
  }

  /** The figure of a title. */
  private static String figure(String page, String title) {
    int start = page.indexOf("<figcaption>" + title + "</figcaption>");
    assertTrue(start >= 0, () -> "no figure " + title + " in " + page);
    return page.substring(start, page.indexOf("</figure>", start));
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }

  @Test
  void oneRun_headline_saysTheResult() throws IOException {
    String page = page(List.of(run("fixmatch-s1", "algorithm: none-such", 1, 0.741)));
    assertTrue(
        page.contains(
            "<p class=\"headline\"><b>74.10%</b> top-1 accuracy on the test set (teacher), best at"
                + " step 900 with 75.10% on the validation set.</p>"),
        page);
    assertTrue(page.contains("<td>teacher</td><td>74.10%</td><td>100.00%</td><td>64.10%</td>"));
    String accuracy = figure(page, "Top-1 accuracy on the validation set");
    assertTrue(accuracy.contains(">top-1 accuracy, %</text>") && accuracy.contains(">step</text>"));
    assertTrue(accuracy.contains(">60</text>"), "percent on the axis: " + accuracy);
  }

  /** The validation images, which chose the best checkpoint, are other images than the final's. */
  @Test
  void page_validationAndATestSet_keepsTheirFiguresApart() throws IOException {
    Path run = run("r-s1", "algorithm: none-such", 1, 0.9);
    RunFiles files = new RunFiles(run);
    String record = Files.readString(files.record());
    Files.writeString(
        files.record(), record.replaceAll("(\"test_teacher_top1\" *: *)0\\.9", "$10.5"));
    String page = page(List.of(run));
    assertTrue(
        page.contains("<th>top-1, validation set</th><th>last evaluation</th><th>best</th>"), page);
    assertTrue(page.contains("<td>teacher</td><td>90.00%</td><td>91.00%</td>"), page);
    assertTrue(
        page.contains("chosen, on the validation set.</p>\n<div class=\"scroll\"><table>"), page);
    assertTrue(
        page.contains("</table></div><p class=\"note\">Final accuracies are of the test"), page);
    String both = page(List.of(run, run("r-s2", "algorithm: none-such", 2, 0.7)));
    assertTrue(both.contains("<td>1,000</td><td>45.00%</td><td>91.00%</td><td>50.00%</td>"), both);
    assertTrue(both.contains("during training, on the validation set.</p>"), both);
  }

  @Test
  void oneRun_withoutTestSet_saysWhatItsFiguresAreOf() throws IOException {
    RunRecord.Measurement heldOut =
        new RunRecord.Measurement("validation", "classifier", "held-out images", null);
    String page = page(List.of(run("r", "algorithm: none-such", 1, 0.741, heldOut)));
    assertTrue(page.contains("top-1 accuracy on the held-out images (teacher)"), page);
    assertTrue(page.contains("<th>held-out images</th>"), page);
    assertTrue(page.contains("Final accuracies are of the held-out images."), page);
  }

  @Test
  void oneRun_fourEvaluations_meanIsOfAll() throws IOException {
    Path run = run("r", "algorithm: none-such", 1, 0.5);
    assertTrue(page(List.of(run)).contains("<th>mean of last five</th>"));
    RunFiles files = new RunFiles(run);
    List<String> metrics = Files.readAllLines(files.metrics());
    Files.write(files.metrics(), metrics.subList(0, 401)); // An evaluation each 100 steps.
    assertTrue(page(List.of(run)).contains("<th>mean of last five</th>"), "rows are lost");
    String record = Files.readString(files.record());
    Files.writeString(files.record(), record.replaceFirst("(\"steps\" *: *)1000", "$1400"));
    assertTrue(page(List.of(run)).contains("<th>mean of all</th>"));
  }

  /** On a phone a table scrolls by itself, not with the page. */
  @Test
  void oneRun_everyTable_scrollsAlone() throws IOException {
    Path run = run("r", "algorithm: none-such", 1, 0.5);
    Files.writeString(
        new RunFiles(run).evaluation(), "{\"student\": {\"confusion\": [[4, 0], [1, 3]]}}");
    String page = page(List.of(run));
    assertEquals(5, page.split("<table", -1).length);
    assertEquals(5, page.split("<div class=\"scroll\"><table", -1).length);
  }

  @Test
  void oneRun_numberOfTestImagesKnown_said() throws IOException {
    RunRecord.Measurement heldOut =
        new RunRecord.Measurement("validation", "classifier", "held-out images", 1L, 2L, null);
    String page = page(List.of(run("r", "algorithm: none-such", 1, 0.5, heldOut)));
    assertTrue(page.contains("top-1 accuracy on the 2 held-out images (teacher)"), page);
    assertTrue(page.contains("Final accuracies are of the 2 held-out images."), page);
  }

  /** Cut short or empty, as a full disk or a power failure leaves them. */
  @Test
  void oneRun_damagedSideFiles_areNamedAndLeftOut() throws IOException {
    Path run = run("r", "algorithm: none-such", 1, 0.741);
    RunFiles files = new RunFiles(run);
    Files.writeString(files.evaluation(), "{\"student\": {\"co");
    Files.writeString(files.map(), "");
    Files.writeString(files.pseudoErrors(), "[");
    Files.writeString(files.config(), "\n");
    String page = page(List.of(run));
    assertTrue(page.contains("<b>74.10%</b> top-1 accuracy"), page);
    for (Path file : List.of(files.evaluation(), files.map(), files.pseudoErrors())) {
      assertTrue(
          page.contains("<p class=\"note\">" + "left out: " + file + " is damaged: expected JSON,"),
          () -> file + ": " + page);
    }
    assertTrue(page.contains("found: Unexpected end-of-input"), page);
    assertTrue(page.contains("train --resume " + run + " writes it again.</p>"), page);
    assertTrue(page.contains(files.config() + " is damaged: expected the"), page);
    assertFalse(page.contains("REDACTED"), page);
    assertEquals(4, count(page, "left out: "));
  }

  @Test
  void oneRun_metricsThatEndEarly_saysWhere() throws IOException {
    Path run = run("r", "algorithm: none-such", 1, 0.741);
    assertFalse(page(List.of(run)).contains("ends at step"));
    RunFiles files = new RunFiles(run);
    String rows = Files.readString(files.metrics());
    String cut = rows.substring(0, rows.indexOf("\n500,") + 1);
    for (String tail : List.of("", "500,0.0", "\0\0\0\0")) { // As a power failure leaves it.
      Files.writeString(files.metrics(), cut + tail);
      String page = page(List.of(run));
      assertTrue(
          page.contains(files.metrics() + " ends at step 499 of 1,000; put back a copy"), page);
    }
  }

  /** Its teacher cannot be used alone: the student is what one would deploy. */
  @Test
  void oneRun_teacherNeedsItsBatch_isAboutTheStudent() throws IOException {
    Path run = run("r", "algorithm: none-such\nset:\n  teacher: ema", 1, 0.5);
    RunFiles files = new RunFiles(run);
    Files.writeString(files.record(), Files.readString(files.record()).replace("eman", "ema"));
    Files.writeString(
        files.evaluation(),
        """
        {"student": {"confusion": [[4, 0], [1, 3]]}, "teacher": {"confusion": [[2, 2], [1, 3]]}}
        """);
    String page = page(List.of(run));
    assertTrue(page.contains("<b>25.00%</b> top-1 accuracy on the test set (student)"), page);
    assertTrue(page.contains("Confusion on the test set, student"), page);
    assertTrue(page.contains("<td>teacher</td><td>50.00%</td>"), page);
    Files.delete(files.record());
    String unfinished = page(List.of(run));
    assertTrue(unfinished.contains("<b>25.00%</b> top-1 accuracy so far (student)"), unfinished);
  }

  @Test
  void oneRun_unfinished_saysWhatItHasSoFar() throws IOException {
    Path run = run("r", "algorithm: none-such", 1, 0.741);
    Files.delete(new RunFiles(run).record());
    String page = page(List.of(run));
    assertTrue(
        page.contains(
            "Not finished: <b>74.10%</b> top-1 accuracy so far (teacher), at step 1,000."));
  }

  /** Its record is gone, and what it had at its former end is still there. */
  @Test
  void oneRun_beingLengthened_hasItsClassesAndNoFormerResults() throws IOException {
    Path run = run("r", "algorithm: none-such", 1, 0.5);
    RunFiles files = new RunFiles(run);
    Files.writeString(
        files.metrics(), "step,loss,threshold_class_1,student_top1\n1,2,0.2,\n2,1,0.3,0.5\n");
    Files.writeString(files.evaluation(), "{\"student\": {\"confusion\": [[3, 1], [0, 2]]}}");
    String error = "{\"index\": 7, \"predicted\": \"cat\", \"truth\": \"dog\", \"png\": \"\"}";
    Files.writeString(files.pseudoErrors(), "[" + error + "]");
    String finished = page(List.of(run));
    assertTrue(finished.contains("<h2>Confusion on the "), finished);
    assertTrue(finished.contains("cat (0.0%), truly dog"), finished);
    Files.delete(files.record());
    String progress = "{\"running\": true, \"classes\": [\"cat\", \"dog\"]";
    Files.writeString(files.progress(), progress + "}");
    String page = page(List.of(run));
    assertTrue(figure(page, "Threshold of each class").contains(">dog</span>"), page);
    assertFalse(page.contains("<h2>Confusion on the "), page);
    assertFalse(page.contains("truly dog"), page);
    Files.writeString(files.progress(), progress + ", \"step\": 2}"); // It has replaced them.
    assertTrue(page(List.of(run)).contains("truly dog"));
  }

  @Test
  void oneRun_figuresOfTheMethod_haveChartsOfTheirOwn() throws IOException {
    Path run = run("a", "algorithm: any", 1, 0.5);
    Files.writeString(
        new RunFiles(run).metrics(),
        """
        step,loss,mask_rate,threshold,threshold_min,threshold_class_1,threshold_class_7,learning_status_mean,student_top1,teacher_top1
        1,2,0.1,0.3,0.2,0.2,0.3,0.5,,
        2,1,0.2,0.4,0.3,0.3,0.4,0.6,0.5,0.5
        """);
    String page = page(List.of(run));
    String threshold = figure(page, "Threshold");
    assertTrue(threshold.contains("threshold min"), threshold);
    assertFalse(threshold.contains("mask") || threshold.contains("dog"), threshold);
    String classes = figure(page, "Threshold of each class");
    assertTrue(classes.contains(">dog</span>") && classes.contains(">class 7</span>"), classes);
    assertTrue(figure(page, "Learning status").contains("learning status mean"));
    assertFalse(page.contains("<figcaption>Student"), "those of all runs have charts already");
  }

  @Test
  void oneRun_features_areNotCalledAccuracyOfAClassifier() throws IOException {
    String page = page(List.of(run("moco", "algorithm: none-such", 1, 0.5, "20 neighbours")));
    assertTrue(page.contains("<b>50.00%</b> k-NN accuracy on the test set (teacher)"), page);
    assertTrue(figure(page, "K-NN accuracy on the validation set").contains(">k-NN accuracy, %<"));
  }

  /** Photos as runs of early versions have them: 24 of 400 x 400 pixels. */
  @Test
  void oneRun_largePictures_areThumbnails() throws IOException {
    Path run = run("photos", "algorithm: none-such", 1, 0.5);
    Random random = new Random(1);
    BufferedImage photo = new BufferedImage(400, 200, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 400 * 200; i++) {
      photo.setRGB(i % 400, i / 400, random.nextInt(1 << 24));
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(photo, "png", png);
    String error =
        String.format(
            Locale.ROOT,
            "{\"index\": 7, \"predicted\": \"cat\", \"truth\": \"dog\", \"confidence\": 0.996,"
                + " \"png\": \"%s\"}",
            Base64.getEncoder().encodeToString(png.toByteArray()));
    Files.writeString(
        new RunFiles(run).pseudoErrors(),
        "[" + String.join(",", Collections.nCopies(24, error)) + "]");
    String page = page(List.of(run));
    assertTrue(page.length() < 500_000, page.length() + " characters");
    assertTrue(page.contains("cat (99.6%), truly dog"));
    MatchResult first =
        Pattern.compile("data:image/jpeg;base64,([^\"]+)\"")
            .matcher(page)
            .results()
            .findFirst()
            .orElseThrow();
    BufferedImage small =
        ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(first.group(1))));
    assertEquals(96, small.getWidth());
    assertEquals(48, small.getHeight());
  }

  @Test
  void oneRun_classThatTestLacks_hasNoRecall() throws IOException {
    Path run = run("r", "algorithm: none-such", 1, 0.5);
    Files.writeString(
        new RunFiles(run).evaluation(), "{\"teacher\": {\"confusion\": [[3, 1], [0, 0]]}}");
    String page = page(List.of(run));
    assertTrue(page.contains("<td>1 cat</td>") && page.contains("<td>75.0%</td>"), page);
    assertFalse(page.contains("<td>2 dog</td>"), page);
    assertTrue(page.contains("The test set has no images of dog."), page);
  }

  /** A matrix of 31 classes would be unreadable; what each class is recalled with is not. */
  @Test
  void oneRun_manyClasses_haveRecallAndPrecisionWithoutTheMatrix() throws IOException {
    Path run = run("r", "algorithm: none-such", 1, 0.5);
    StringBuilder rows = new StringBuilder();
    for (int truth = 0; truth < 31; truth++) {
      long[] row = new long[31];
      row[truth] = truth + 1;
      row[30] += 1;
      rows.append(truth == 0 ? "" : ", ").append(Arrays.toString(row));
    }
    Files.writeString(
        new RunFiles(run).evaluation(), "{\"student\": {\"confusion\": [" + rows + "]}}");
    String page = page(List.of(run));
    assertTrue(page.contains("<h2>Classes on the "), page);
    assertTrue(page.contains("<td>3 class 2</td><td>75.0%</td><td>100.0%</td>"), page);
    assertTrue(page.contains("<td>31 class 30</td><td>100.0%</td><td>51.6%</td>"), page);
    assertFalse(page.contains("class=\"cell\""), page);
  }

  @Test
  void comparison_seeds_areOneLineWithABand() throws IOException {
    List<Path> runs = new ArrayList<>();
    for (int seed = 0; seed < 3; seed++) {
      runs.add(run("super-s" + seed, "algorithm: supervised", seed, 0.6 + 0.01 * seed));
      runs.add(run("fix-s" + seed, "algorithm: none-such", seed, 0.71 + 0.01 * seed));
    }
    runs.add(run("alone", "algorithm: supervised\nlearning-rate: 0.5", 0, 0.3));
    String page = page(runs);
    assertTrue(
        page.contains(
            "Highest: <b>fix (3 seeds)</b>, 72.00 ± 1.00% top-1 accuracy on the test set"
                + " (teacher)."),
        page);
    assertTrue(
        page.contains(
            "<td>super</td><td>teacher</td><td>3</td><td>61.00 ± 1.00%</td><td>51.00 ± 1.00%</td>"),
        page);
    String figure = figure(page, "Deployed network: top-1 accuracy");
    assertEquals(3, count(figure, "<polyline"));
    assertEquals(2, count(figure, "<polygon class=\"band"));
    for (String label : List.of("super (3 seeds)", "fix (3 seeds)", "alone")) {
      assertTrue(figure.contains(">" + label + "</span>"), figure);
    }
  }

  @Test
  void comparison_unfinishedAndRepeatedRuns_areNotCountedAsSeeds() throws IOException {
    List<Path> runs = new ArrayList<>();
    for (int seed = 0; seed < 3; seed++) {
      runs.add(run("fix-s" + seed, "algorithm: none-such", seed, 0.7));
    }
    Files.delete(new RunFiles(runs.get(2)).record());
    runs.add(run("again-s0", "algorithm: supervised", 0, 0.5));
    runs.add(run("again-s0-2", "algorithm: supervised", 0, 0.6));
    String page = page(runs);
    String figure = figure(page, "Deployed network: top-1 accuracy");
    assertTrue(figure.contains(">fix (2 seeds)</span>"), figure);
    assertTrue(figure.contains(">again (2 runs of seed 0)</span>"), figure);
    assertTrue(page.contains("<td>fix</td><td>teacher</td><td>2</td>"), page);
    assertTrue(page.contains("<td>again</td><td>teacher</td><td>2 runs of seed 0</td>"), page);
    runs.add(run("again-s1", "algorithm: supervised", 1, 0.6));
    assertTrue(page(runs).contains("<td>teacher</td><td>3 runs of 2 seeds</td>"));
  }

  @Test
  void comparison_firstRunOfAGroupUnfinished_headlineIsOfAFinishedOne() throws IOException {
    RunRecord.Measurement heldOut =
        new RunRecord.Measurement("validation", "20 nearest", "held-out images", null);
    List<Path> runs = new ArrayList<>();
    for (int seed = 0; seed < 3; seed++) {
      runs.add(run("fix-s" + seed, "algorithm: none-such", seed, 0.7, heldOut));
    }
    RunFiles first = new RunFiles(runs.get(0));
    Files.delete(first.record());
    Files.writeString(first.metrics(), "step,loss\n1,2\n");
    String page = page(runs);
    assertTrue(
        page.contains(
            "<b>fix (2 seeds)</b>, 70.00 ± 0.00% k-NN accuracy on the held-out images (teacher)."),
        page);
    assertTrue(page.contains("<td>fix</td><td>teacher</td><td>2</td>"), page);
  }

  /** An early run took photos as stored; images of data sets known by name note no orientation. */
  @Test
  void comparison_runsOfEarlyVersions_areGroupedByWhatTheyDid() throws IOException {
    List<Path> photos = new ArrayList<>();
    List<Path> named = new ArrayList<>();
    for (int seed = 0; seed < 2; seed++) {
      String orientation = seed == 0 ? "" : "\norientation: auto";
      photos.add(
          run("p-s" + seed, "algorithm: supervised\ndataset: photos" + orientation, seed, 0.5));
      named.add(
          run("c-s" + seed, "algorithm: supervised\ndataset: cifar10" + orientation, seed, 0.5));
    }
    assertFalse(page(photos).contains("(2 seeds)"));
    assertTrue(page(named).contains("<b>c (2 seeds)</b>"));
  }

  private static void replace(Path file, String some, String other) throws IOException {
    String text = Files.readString(file);
    assertTrue(text.contains(some), text);
    Files.writeString(file, text.replace(some, other));
  }

  @Test
  void comparison_seedsOfOtherImages_areNotAveraged() throws IOException {
    List<Path> runs = new ArrayList<>();
    for (int seed = 0; seed < 3; seed++) {
      runs.add(run("fix-s" + seed, "algorithm: none-such", seed, 0.5 + 0.1 * seed));
    }
    Path unfinished = run("fix-s3", "algorithm: none-such", 3, 0.5);
    Files.delete(new RunFiles(unfinished).record());
    runs.add(unfinished);
    replace(new RunFiles(runs.get(2)).record(), "\"data\"", "\"0123456789abcdef\"");
    String page = page(runs);
    assertTrue(page.contains("<td>fix</td><td>teacher</td><td>2</td><td>55.00"), page);
    assertTrue(
        page.contains(
            "fix and fix-s2 have the same options but for the seed, and are of other images or"
                + " labels (data fingerprint data and 0123456789ab): no mean is taken over them."),
        page);
    replace(new RunFiles(runs.get(2)).record(), "\"dog\"", "\"wolf\"");
    assertTrue(page(runs).contains("other classes (cat, dog and cat, wolf)"), page(runs));
  }

  @Test
  void comparison_seedsOfOtherTestImages_areNotAveraged() throws IOException {
    List<Path> runs = new ArrayList<>();
    for (int seed = 0; seed < 4; seed++) {
      RunRecord.Measurement measurement =
          new RunRecord.Measurement(
              "test", "classifier", "test set", 1L, 40L, seed == 0 ? null : "print " + seed / 3);
      runs.add(run("fix-s" + seed, "algorithm: none-such", seed, 0.5, measurement));
    }
    String page = page(runs);
    assertTrue(page.contains("<td>fix</td><td>teacher</td><td>3</td>"), page);
    assertTrue(page.contains("other test images (fingerprint print 0 and print 1)"), page);
  }

  /** Which images are held out depends on the seed, and with them the fingerprint of the others. */
  @Test
  void comparison_seedsThatHoldOutOtherImages_areOneLine() throws IOException {
    RunRecord.Measurement heldOut =
        new RunRecord.Measurement("held-out", "classifier", "held-out images", null);
    List<Path> runs = new ArrayList<>();
    for (int seed = 0; seed < 3; seed++) {
      Path run = run("fix-s" + seed, "algorithm: none-such", seed, 0.5, heldOut);
      replace(new RunFiles(run).record(), "\"data\"", "\"less " + seed + "\"");
      runs.add(run);
    }
    assertTrue(page(runs).contains("<b>fix (3 seeds)</b>"), page(runs));
    for (int seed = 0; seed < 3; seed++) {
      new HoldOut(seed < 2 ? "all" : "others", 9, "a fifth", ImmutableIntArray.of(seed))
          .save(new RunFiles(runs.get(seed)).holdOut());
    }
    String page = page(runs);
    assertTrue(page.contains("<td>fix</td><td>teacher</td><td>2</td>"), page);
    assertTrue(page.contains("(data fingerprint all and others)"), page);
  }

  /** Of two runs, one with all pseudo labels and one without any. */
  @Test
  void comparison_bandOfFractions_staysBetweenNoneAndAll() throws IOException {
    List<Path> runs = new ArrayList<>();
    for (int seed = 0; seed < 2; seed++) {
      Path run = run("fix-s" + seed, "algorithm: none-such", seed, 0.5);
      Files.writeString(
          new RunFiles(run).metrics(), "step,loss,mask_rate\n1,1," + seed + "\n2,1," + seed + "\n");
      runs.add(run);
    }
    String figure = figure(page(runs), "Mask rate");
    assertTrue(figure.contains(">0</text>") && figure.contains(">100</text>"), figure);
    assertFalse(figure.contains(">-50</text>") || figure.contains(">150</text>"), figure);
  }

  @Test
  void comparison_withoutTestSet_saysWhatItsFiguresAreOf() throws IOException {
    RunRecord.Measurement heldOut =
        new RunRecord.Measurement("validation", "classifier", "held-out images", null);
    List<Path> runs = new ArrayList<>();
    for (int seed = 0; seed < 2; seed++) {
      runs.add(run("r-s" + seed, "algorithm: none-such", seed, 0.5, heldOut));
    }
    Path unfinished = run("unfinished", "algorithm: none-such", 2, 0.5);
    Files.delete(new RunFiles(unfinished).record());
    runs.add(unfinished);
    String page = page(runs);
    assertTrue(page.contains("<th>top-1, held-out images</th>"), page);
    assertTrue(page.contains("final scores on the held-out images;"), page);
    runs.add(run("other", "algorithm: supervised", 0, 0.5));
    String both = page(runs);
    assertTrue(both.contains("<th>top-1, held-out images or test set</th>"), both);
    assertTrue(both.contains("final scores on the held-out images or test set;"), both);
  }

  @Test
  void comparison_twentyRuns_haveColorsOfTheirOwnAndASmallPage() throws IOException {
    List<Path> runs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      runs.add(run("r" + i, "algorithm: supervised\nlearning-rate: 0." + (100 + i), 0, 0.5));
    }
    String page = page(runs);
    assertTrue(page.length() < 1_000_000, page.length() + " characters");
    TreeSet<String> styles = new TreeSet<>();
    Pattern.compile("<polyline class=\"(line c\\d+)\"")
        .matcher(figure(page, "Deployed network: top-1 accuracy"))
        .results()
        .forEach(line -> styles.add(line.group(1)));
    assertEquals(20, styles.size());
    for (String style : styles) {
      assertTrue(page.contains("." + style.substring(5) + " { color: #"), style);
    }
  }

  @Test
  void comparison_foldersOfOneName_areToldApart() throws IOException {
    Path one = run("one/s0", "algorithm: supervised", 0, 0.5);
    Path two = run("two/s0", "algorithm: supervised\nlearning-rate: 0.5", 0, 0.6);
    String figure = figure(page(List.of(one, two)), "Deployed network: top-1 accuracy");
    assertTrue(figure.contains(">one/s0</span>") && figure.contains(">two/s0</span>"), figure);
    assertEquals(2, count(figure, "<polyline"));
  }

  @Test
  void comparison_longNames_areShortenedInTheLegendAlone() throws IOException {
    String name = "a-very-long-name-of-a-run-" + "x".repeat(60) + "-with-a-meaning-at-its-end";
    Path one = run(name, "algorithm: supervised", 0, 0.5);
    Path two = run("two", "algorithm: supervised\nlearning-rate: 0.5", 0, 0.6);
    String figure = figure(page(List.of(one, two)), "Deployed network: top-1 accuracy");
    assertFalse(figure.contains(">" + name + "<"), figure);
    assertTrue(figure.contains("title=\"" + name + "\">a-very-long-name-of-a-ru\u2026"), figure);
    assertTrue(figure.contains("-a-meaning-at-its-end</span>"), figure);
  }
}
