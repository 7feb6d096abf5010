package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.MoreFiles;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run as another machine has it: copied, without the data that it was trained on. */
class MovedRunTest {
  private static final List<String> COLORS = List.of("blue", "green", "red");

  @TempDir private static Path folder;

  /** Where the photos were. */
  private static Path before;

  /** Where they are now, for whoever says so. */
  private static Path photos;

  private static Path run;
  private static String predicted;

  private static MainAccess eman(Object... arguments) {
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    return MainAccess.run(texts);
  }

  private static void image(Path file, int color, int shade) throws IOException {
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(10, 8, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < 10; x++) {
      for (int y = 0; y < 8; y++) {
        image.setRGB(x, y, (150 + 10 * shade + x) << 8 * color);
      }
    }
    assertTrue(ImageIO.write(image, "png", file.toFile()));
  }

  @BeforeAll
  static void trainAndMove() throws IOException {
    before = folder.resolve("home/photos");
    for (String part : List.of("train", "test")) {
      for (int c = 0; c < COLORS.size(); c++) {
        for (int i = 0; i < 4; i++) {
          image(before.resolve(part).resolve(COLORS.get(c)).resolve(i + ".png"), c, i);
        }
      }
    }
    Path made = folder.resolve("home/runs/first");
    TrainingOptions options =
        OptionTexts.ofYaml(
                "{algorithm: fixmatch, backbone: resnet8-w4, labels: 2/class, batch: 2, mu: 1,"
                    + " steps: 3, size: 8, evaluate-every: 0, workers: 1, corrupt-images: skip,"
                    + " dataset: '"
                    + before
                    + "'}",
                "test")
            .resolve();
    try (TrainingRun training = TrainingRun.start(options, made)) {
      assertTrue(training.train());
      training.finish();
    }
    photos = folder.resolve("elsewhere");
    Path image = before.resolve("test/red/1.png");
    predicted = eman("predict", made, image, "--top=3").out();
    Files.move(before, photos);
    run = Files.createDirectories(folder.resolve("copies")).resolve("first");
    Files.move(made, run);
    MoreFiles.deleteRecursively(folder.resolve("home"));
  }

  @Test
  void predict_withoutTheData_asBefore() {
    MainAccess result = eman("predict", run, photos.resolve("test/red/1.png"), "--top=3");
    assertEquals(0, result.exitCode(), result.err());
    assertEquals(predicted.lines().skip(1).toList(), result.out().lines().skip(1).toList());
  }

  @Test
  void exportAndReport_withoutTheData_work() {
    for (MainAccess result :
        List.of(
            eman("export", run, "--out=" + folder.resolve("model.zip")),
            eman("export", run, "--format=safetensors", "--out=" + folder.resolve("m.safetensors")),
            eman("report", run, "--out=" + folder.resolve("page.html")))) {
      assertEquals(0, result.exitCode(), result.err());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"evaluate", "knn", "linear", "map", "finetune", "train"})
  void commandThatNeedsTheData_withoutThem_saysWhereItLookedAndWhatToGive(String command) {
    MainAccess result =
        switch (command) {
          case "map", "finetune" -> eman(command, run, "--out=" + folder.resolve("no/" + command));
          case "train" -> eman(command, "--resume=" + run);
          default -> eman(command, run);
        };
    assertEquals(1, result.exitCode(), result.out());
    assertEquals(1, result.err().strip().lines().count(), result.err());
    assertTrue(result.err().contains("at " + before + ", where it was"), result.err());
    assertTrue(result.err().contains("or at " + folder.resolve("photos")), result.err());
    assertTrue(result.err().strip().endsWith("by --dataset"), result.err());
    assertFalse(Files.exists(folder.resolve("no/finetune")));
  }

  /** In map --images is a number. */
  @Test
  void map_imagesOfATableMoved_namesTheOptionThatTakesThem() throws IOException {
    Path images = folder.resolve("table/images");
    StringBuilder rows = new StringBuilder("image,label,split\n");
    for (int c = 0; c < COLORS.size(); c++) {
      for (int i = 0; i < 4; i++) {
        String name = COLORS.get(c) + i + ".png";
        image(images.resolve(name), c, i);
        rows.append(name + "," + COLORS.get(c) + "," + (i < 2 ? "train" : "test") + "\n");
      }
    }
    Path table = folder.resolve("rows.csv");
    Files.writeString(table, rows);
    Path made = folder.resolve("of a table");
    MainAccess trained =
        eman(
            "train",
            "--dataset=" + table,
            "--images=" + images,
            "--algorithm=supervised",
            "--labels=100%",
            "--backbone=resnet8-w4",
            "--size=8",
            "--batch=2",
            "--steps=1",
            "--map-images=0",
            "--out=" + made);
    assertEquals(0, trained.exitCode(), trained.err());
    Path now = folder.resolve("moved images");
    Files.move(images, now);
    String out = "--out=" + folder.resolve("map.png");
    MainAccess moved = eman("map", made, out);
    assertEquals(1, moved.exitCode());
    assertTrue(moved.err().startsWith("eman: --images: expected the run's"), moved.err());
    assertTrue(moved.err().strip().endsWith("by --images"), moved.err());
    MainAccess given = eman("map", made, out, "--images=" + now, "--count=50");
    assertEquals(0, given.exitCode(), given.err());
    assertTrue(eman("knn", made).err().strip().endsWith("by --images"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"knn", "errors"})
  void folderOfPhotos_inPlaceOfARun_isToldFrom(String command) {
    MainAccess result = eman(command, photos);
    assertEquals(1, result.exitCode());
    assertTrue(
        result.err().contains("to measure on images, give them by --dataset " + photos),
        result.err());
  }

  @Test
  void knnAndFinetune_dataGivenAnew_work() {
    MainAccess knn = eman("knn", run, "--dataset=" + photos, "--k=3");
    assertEquals(0, knn.exitCode(), knn.err());
    MainAccess finetune =
        eman(
            "finetune",
            run,
            "--dataset=" + photos,
            "--labels=2/class",
            "--steps=1",
            "--batch=2",
            "--map-images=0",
            "--out=" + folder.resolve("tuned"));
    assertEquals(0, finetune.exitCode(), finetune.err());
  }

  @Test
  void resume_dataGivenAnew_finishes() throws IOException {
    Path copy = Files.createDirectories(folder.resolve("resumed/first"));
    for (Path file : MoreFiles.listFiles(run)) {
      Files.copy(file, copy.resolve(file.getFileName()));
    }
    MainAccess result = eman("train", "--resume=" + copy, "--dataset=" + photos, "--steps=4");
    assertEquals(0, result.exitCode(), result.err());
    MainAccess again = eman("train", "--resume=" + copy);
    assertEquals(0, again.exitCode(), again.err());
  }

  /** Copies a class's test images. */
  private static void copyClass(String color, Path to) throws IOException {
    Files.createDirectories(to);
    for (Path image : MoreFiles.listFiles(photos.resolve("test").resolve(color))) {
      Files.copy(image, to.resolve(image.getFileName()));
    }
  }

  private static String line(MainAccess result, String color) {
    return result.out().lines().filter(l -> l.startsWith(color)).findFirst().orElseThrow();
  }

  @Test
  void evaluate_ownDataGivenAnew_andOthersByClassName() throws IOException {
    MainAccess own = eman("evaluate", run, "--dataset=" + photos);
    assertEquals(0, own.exitCode(), own.err());
    Path some = folder.resolve("some");
    copyClass("red", some.resolve("test/red"));
    copyClass("blue", some.resolve("test/blue"));
    MainAccess result = eman("evaluate", run, "--dataset=" + some);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.err().contains("no images of green"), result.err());
    for (String color : List.of("red", "blue")) { // Recall, not precision, which needs all.
      List<String> expected = List.of(line(own, color).split(" +")).subList(0, 3);
      assertEquals(expected, List.of(line(result, color).split(" +")).subList(0, 3));
    }
    copyClass("red", some.resolve("test/mauve"));
    MainAccess unknown = eman("evaluate", run, "--dataset=" + some);
    assertEquals(1, unknown.exitCode(), unknown.out());
    assertTrue(unknown.err().contains("found mauve"), unknown.err());
  }

  @Test
  void evaluate_foldersOfClassesAlone_onAllImages() throws IOException {
    Path alone = folder.resolve("alone");
    for (String color : COLORS) {
      copyClass(color, alone.resolve(color));
    }
    MainAccess result = eman("evaluate", run, "--dataset=" + alone);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().startsWith("teacher on 12 "), result.out());
  }

  @Test
  void evaluate_corruptImage_runsOwnPolicyAndCount() throws IOException {
    Path broken = folder.resolve("broken");
    for (String color : COLORS) {
      copyClass(color, broken.resolve("test").resolve(color));
    }
    Files.writeString(broken.resolve("test/red/7.png"), "not an image");
    MainAccess result = eman("evaluate", run, "--dataset=" + broken);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.err().contains("note: 1 image that cannot be decoded"), result.err());
  }
}
