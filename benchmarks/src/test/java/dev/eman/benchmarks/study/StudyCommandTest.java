package dev.eman.benchmarks.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.eman.cli.MainAccess;
import dev.eman.core.UsageException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.reader.IdxDataset;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StudyCommandTest {
  @TempDir private Path folder;

  private Path train(String algorithm) {
    Path run = folder.resolve(algorithm);
    MainAccess result =
        MainAccess.run(
            "train",
            "--out=" + run,
            "--algorithm=" + algorithm,
            "--backbone=resnet8-w8",
            "--batch=16",
            "--steps=4",
            "--map-images=0");
    assertEquals(0, result.exitCode(), result.err());
    return run;
  }

  @Test
  void study_averagedStatistics_flatWhateverTheBatchAndTheRunUntouched() throws IOException {
    Path run = train("fixmatch");
    byte[] before = Files.readAllBytes(run.resolve("last.ckpt"));
    Path out = folder.resolve("study");
    MainAccess result =
        MainAccess.run(
            "study", run.toString(), "--out=" + out, "--images=256", "--steps=2", "--batch=32");
    assertEquals(0, result.exitCode(), result.err());
    List<String> rows = Files.readAllLines(out.resolve("batch.csv"));
    assertEquals(9, rows.size());
    List<String> first = List.of(rows.get(1).split(",", -1));
    boolean batchMatters = false;
    for (String row : rows.subList(1, rows.size())) {
      List<String> cells = List.of(row.split(",", -1));
      assertEquals(first.get(1), cells.get(1), "EMAN, mixed");
      assertEquals(first.get(1), cells.get(3), "EMAN, sorted by class");
      batchMatters |= !first.get(2).equals(cells.get(2));
    }
    assertTrue(batchMatters, "batch statistics depend on the batch");
    assertEquals(3, Files.readAllLines(out.resolve("stability.csv")).size());
    assertTrue(Files.size(out.resolve("stability.png")) > 1000);
    assertArrayEquals(before, Files.readAllBytes(run.resolve("last.ckpt")));
  }

  @Test
  void study_runWithoutClassifier_exits2AndNamesWhatMeasuresFeatures() {
    MainAccess result = MainAccess.run("study", train("moco").toString());
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains("eman knn"), result.err());
  }

  /** On real images and without a network: more labels help, and the spread is ahead of chance. */
  @Test
  void selection_embeddedImages_spreadIsAheadOfRandom() throws IOException {
    Path out = folder.resolve("selection");
    MainAccess result =
        MainAccess.run(
            "study",
            "selection",
            "--dataset=fashion-mnist-mini",
            "--images=300",
            "--first=20",
            "--batch=40",
            "--labels=60",
            "--seeds=1",
            "--out=" + out);
    assertEquals(0, result.exitCode(), result.err());
    List<String> rows = Files.readAllLines(out.resolve("selection.csv"));
    double random20 = accuracy(rows, "random", 20);
    double random60 = accuracy(rows, "random", 60);
    double spread20 = accuracy(rows, "spread", 20);
    String found = String.join("\n", rows);
    assertTrue(random60 > random20 + 0.03, found);
    assertTrue(spread20 > random20 + 0.03, found);
    assertTrue(Files.size(out.resolve("selection.png")) > 1000);
  }

  @Test
  void selection_testSetOfFewerClasses_labelsByName() throws IOException {
    Path photos = folder.resolve("photos");
    for (int i = 0; i < 4; i++) {
      picture(photos.resolve("train/bird"), i, Color.RED);
      picture(photos.resolve("train/cat"), i, Color.GREEN);
      picture(photos.resolve("train/dog"), i, Color.BLUE);
      picture(photos.resolve("test/cat"), i, Color.GREEN);
      picture(photos.resolve("test/dog"), i, Color.BLUE);
    }
    MainAccess result =
        MainAccess.run(
            "study",
            "selection",
            "--dataset=" + photos,
            "--images=12",
            "--first=11",
            "--labels=11",
            "--seeds=1",
            "--out=" + folder);
    assertEquals(0, result.exitCode(), result.err());
    List<String> rows = Files.readAllLines(folder.resolve("selection.csv"));
    assertEquals(1, accuracy(rows, "random", 11), () -> String.join("\n", rows));
  }

  /** They are what the classifiers are measured on, so none of them may be labelled. */
  @Test
  void selection_runThatMeasuresOnValidationImages_choosesAmongTheOthers() throws IOException {
    Path photos = folder.resolve("photos");
    for (int i = 0; i < 4; i++) {
      picture(photos.resolve("bird"), i, Color.RED);
      picture(photos.resolve("cat"), i, Color.GREEN);
    }
    Path run = folder.resolve("run");
    MainAccess trained =
        MainAccess.run(
            "train",
            "--dataset=" + photos,
            "--algorithm=moco",
            "--set=queue=4",
            "--backbone=resnet8-w4",
            "--size=16",
            "--batch=2",
            "--mu=1",
            "--steps=1",
            "--labels=2/class",
            "--validation=0.5",
            "--holdout=0",
            "--workers=1",
            "--out=" + run);
    assertEquals(0, trained.exitCode(), trained.err());
    MainAccess all = selection(run, 8);
    assertEquals(2, all.exitCode(), all.err());
    assertTrue(all.err().contains("--images: expected at most the 6 training images"), all.err());
    assertEquals(0, selection(run, 6).exitCode());
  }

  private static MainAccess selection(Path run, int images) {
    return MainAccess.run(
        "study",
        "selection",
        run.toString(),
        "--images=" + images,
        "--first=4",
        "--labels=4",
        "--seeds=1");
  }

  private static void picture(Path folder, int number, Color color) throws IOException {
    Files.createDirectories(folder);
    BufferedImage picture = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(color);
    graphics.fillRect(0, 0, 16, 12 + number);
    graphics.dispose();
    ImageIO.write(picture, "png", folder.resolve(number + ".png").toFile());
  }

  /** The mean over seeds. */
  private static double accuracy(List<String> rows, String choice, int labels) {
    return rows.stream()
        .map(row -> row.split(",", -1))
        .filter(cells -> cells[0].startsWith(choice) && cells[2].equals(Integer.toString(labels)))
        .mapToDouble(cells -> Double.parseDouble(cells[3]))
        .average()
        .orElseThrow();
  }

  /** On real images and without a network; confident learning names mostly right ones. */
  @Test
  void flips_fortyOfEightHundred_mostAreFound() {
    String photos = folder.resolve("flips").toString();
    MainAccess made = MainAccess.run("study", "flips", photos, "--images=800", "--seed=3");
    assertEquals(0, made.exitCode(), made.err());
    MainAccess found =
        MainAccess.run(
            "errors",
            "--dataset=" + folder.resolve("flips/photos"),
            "--size=28",
            "--shown=0",
            "--out=" + folder);
    assertEquals(0, found.exitCode(), found.err());
    assertTrue(found.out().contains("by the same estimate"), found.out());
    MainAccess measured =
        MainAccess.run("study", "flips", photos, "--found=" + folder.resolve("errors.csv"));
    Matcher f1 = Pattern.compile("40 labels flipped.*F1 ([0-9.]+)").matcher(measured.out());
    assertTrue(f1.find(), measured.out());
    assertTrue(Double.parseDouble(f1.group(1)) > 0.65, measured.out());
  }

  private MainAccess flips(String dataset, String... more) {
    List<String> command =
        new ArrayList<>(List.of("study", "flips", flipped().toString(), "--dataset=" + dataset));
    command.addAll(List.of(more));
    return MainAccess.run(command.toArray(new String[0]));
  }

  private Path flipped() {
    return folder.resolve("flipped");
  }

  /** IDX files of a name are for --data; below a path they would be among somebody's photos. */
  @Test
  void flips_idxOfPhotos_refusedAndNothingWritten() throws IOException {
    Path photos = folder.resolve("photos");
    for (int i = 0; i < 4; i++) {
      picture(photos.resolve("cat"), i, Color.RED);
      picture(photos.resolve("dog"), i, Color.BLUE);
    }
    MainAccess result = flips(photos.toString(), "--images=8", "--share=0.5", "--idx");
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains("--idx: expected a data set's name"), result.err());
    assertFalse(Files.exists(flipped()));
    try (Stream<Path> files = Files.list(photos)) {
      assertEquals(2, files.count());
    }
  }

  @Test
  void flips_idxOfGrayImages_areReadByName() {
    MainAccess result = flips("fashion-mnist-mini", "--images=20", "--share=0.2", "--idx");
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(Files.exists(flipped().resolve("flipped.csv")));
    Path data = flipped().resolve("fashion-mnist-mini");
    try (ImageDataset read =
        IdxDataset.open(
            data.resolve("train-images-idx3-ubyte"),
            data.resolve("train-labels-idx1-ubyte"),
            "flips",
            ImmutableList.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"))) {
      assertEquals(20, read.size());
    }
  }

  @Test
  void flips_oneClass_refusedAndNothingWritten() throws IOException {
    Path photos = folder.resolve("photos");
    picture(photos.resolve("cat"), 0, Color.RED);
    picture(photos.resolve("cat"), 1, Color.RED);
    MainAccess result = flips(photos.toString(), "--images=2", "--share=0.5");
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains("expected at least two classes"), result.err());
    assertFalse(Files.exists(flipped()));
  }

  @Test
  void idx_imagesOfColorOrOfSeveralSizes_refusedAndNothingWritten() {
    List<FlipsCommand.Flip> flips =
        List.of(new FlipsCommand.Flip(0, 0, 0), new FlipsCommand.Flip(1, 0, 0));
    Path out = folder.resolve("idx");
    for (Image second : List.of(image(2, 2, 3), image(2, 3, 1))) {
      ImageDataset images = new Images(List.of(image(2, 2, 1), second));
      String message =
          assertThrows(UsageException.class, () -> IdxFiles.write(out, images, flips)).getMessage();
      assertTrue(message.contains("expected gray images of one size"), message);
      assertFalse(Files.exists(out));
    }
  }

  private static Image image(int width, int height, int channels) {
    return Image.of(new byte[width * height * channels], width, height, channels);
  }

  private record Images(List<Image> list) implements ImageDataset {
    @Override
    public String name() {
      return "images";
    }

    @Override
    public int size() {
      return list.size();
    }

    @Override
    public ImmutableList<String> classNames() {
      return ImmutableList.of("a", "b");
    }

    @Override
    public int channels() {
      return list.get(0).channels();
    }

    @Override
    public int label(int index) {
      return 0;
    }

    @Override
    public String imageName(int index) {
      return "image " + index;
    }

    @Override
    public void read(int index, DecodePlan plan, Image into) {
      into.copyFrom(list.get(index));
    }

    @Override
    public String fingerprint() {
      return "images";
    }
  }
}
