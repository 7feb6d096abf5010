package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataCheckCommandTest {
  @TempDir private Path folder;

  @BeforeEach
  void photos() throws IOException {
    for (String name : List.of("cat", "dog")) {
      for (int i = 0; i < 8; i++) {
        Path photo = folder.resolve("photos/" + name + "/" + i + ".png");
        Files.createDirectories(photo.getParent());
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        image.setRGB(i, i, 0xffffff - name.hashCode());
        ImageIO.write(image, "png", photo.toFile());
      }
    }
  }

  private MainAccess check(Path labels) {
    return MainAccess.run(
        "data", "check", folder.resolve("photos").toString(), "--labels-file=" + labels);
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static void assertError(MainAccess result, String message) {
    assertEquals(1, result.exitCode(), result.err());
    assertTrue(result.out().contains("error: 1 labels file does not fit"), result.out());
    assertTrue(result.out().contains(message), result.out());
  }

  @Test
  void check_labelsOfTheTrainingImages_asTrainingTakesThem() throws IOException {
    MainAccess right = check(file("labels.csv", "image,label\ncat/0.png,cat\ndog/0.png,dog\n"));
    assertEquals(0, right.exitCode(), right.out() + right.err());
    assertError(
        check(file("wrong.csv", "image,label\ncat/0.png,dog\n")),
        "row 2: cat/0.png: expected the class 'cat', as ");
    assertError(check(folder.resolve("none.csv")), "expected a table of images at ");
    assertError(check(folder.resolve("none.txt")), "none.txt");
    assertError(check(file("list.txt", "cat_99.png\n")), "cat_99.png");
  }

  @Test
  void check_savedSplit_isForDataInfo() throws IOException {
    MainAccess result = check(file("labels.split", "eman split 1\n"));
    assertEquals(2, result.exitCode(), result.out());
    assertTrue(result.err().contains("eman data info "), result.err());
  }

  @Test
  void check_listOfImagesWithoutLabels_refused() throws IOException {
    Path flat = folder.resolve("photos/cat");
    MainAccess result =
        MainAccess.run(
            "data", "check", flat.toString(), "--labels-file=" + file("list.txt", "0.png\n"));
    assertEquals(2, result.exitCode(), result.out());
    assertTrue(result.err().contains("--labels-file: expected training images"), result.err());
  }

  @Test
  void check_badTableOfAFlatFolder_saidOnce() throws IOException {
    Path flat = folder.resolve("photos/cat");
    MainAccess result =
        MainAccess.run(
            "data",
            "check",
            flat.toString(),
            "--labels-file=" + file("labels.csv", "image,label\n0.png,cat\ngone.png,dog\n"));
    assertEquals(1, result.exitCode(), result.out());
    assertTrue(result.out().contains("error: 1 part cannot be opened"), result.out());
    assertEquals(2, result.out().split("gone.png", -1).length, result.out());
  }

  @Test
  void checkAndInfo_oneImage_singular() throws IOException {
    Path only = Files.createDirectories(folder.resolve("only/train/cat"));
    Files.copy(folder.resolve("photos/cat/0.png"), only.resolve("0.png"));
    MainAccess check = MainAccess.run("data", "check", folder.resolve("only").toString());
    assertTrue(check.out().contains(" 1 image, 1 labelled, 1 class;"), check.out());
    MainAccess info = MainAccess.run("data", "info", folder.resolve("only").toString());
    assertTrue(info.out().contains("train: 1 image, 1 class, "), info.out() + info.err());
  }
}
