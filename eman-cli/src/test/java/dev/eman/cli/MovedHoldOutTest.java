package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images without a test set that have moved since a run was made of them. */
@Timeout(120)
class MovedHoldOutTest {
  private static final String[] NETWORK = {
    "--backbone=resnet8-w4", "--size=8", "--batch=2", "--steps=1", "--map-images=0"
  };

  @TempDir private Path folder;

  private static MainAccess eman(Object... arguments) {
    return MainAccess.run(
        java.util.Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
  }

  private static void train(Object... more) {
    List<Object> all = new ArrayList<>(List.of("train", "--algorithm=supervised"));
    all.addAll(List.of(NETWORK));
    all.addAll(List.of(more));
    MainAccess result = eman(all.toArray());
    assertEquals(0, result.exitCode(), result.err());
  }

  /** Every image is another one. */
  private static void image(Path file, int number) throws IOException {
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    image.setRGB(number % 8, number / 8, 0xffffff);
    assertTrue(ImageIO.write(image, "png", file.toFile()));
  }

  /** Half of the images are held out: 12 may vote, and 19 where a fifth were drawn anew. */
  @Test
  void knn_heldOutImages_areThoseOfTheRun() throws IOException {
    Path photos = folder.resolve("photos");
    for (int i = 0; i < 24; i++) {
      image(photos.resolve("class " + i % 3).resolve(i + ".png"), i);
    }
    Path run = folder.resolve("run");
    train("--dataset=" + photos, "--holdout=0.5", "--labels=100%", "--out=" + run);
    Path moved = Files.move(photos, folder.resolve("moved"));
    MainAccess near = eman("knn", run, "--dataset=" + moved);
    assertEquals(0, near.exitCode(), near.err());
    assertTrue(near.err().contains("12 images vote"), near.err());
    MainAccess whole = eman("evaluate", run, "--dataset=" + moved);
    assertTrue(whole.out().contains("12 held-out images"), whole.out());
  }

  /** As where a run of an early version held out others, which its checkpoint does not list. */
  @Test
  void knn_checkpointAloneAndAnotherDraw_saysSo() throws IOException {
    Path photos = folder.resolve("photos");
    for (int i = 0; i < 24; i++) {
      image(photos.resolve("class " + i % 3).resolve(i + ".png"), i);
    }
    Path run = folder.resolve("run");
    train("--dataset=" + photos, "--holdout=0.5", "--labels=100%", "--out=" + run);
    Path alone = Files.copy(run.resolve("last.ckpt"), folder.resolve("alone.ckpt"));
    String note =
        "note: "
            + photos
            + ": the held-out images are drawn anew, and are not those of the run: "
            + alone
            + " may have been trained on some, and accuracies may be too high; put the run's"
            + " holdout.split beside it";
    MainAccess same = eman("knn", alone);
    assertEquals(0, same.exitCode(), same.err());
    assertFalse(same.err().contains("drawn anew"), same.err());
    MainAccess other = eman("knn", alone, "--seed=5");
    assertEquals(0, other.exitCode(), other.err());
    assertTrue(other.err().lines().anyMatch(note::equals), other.err());
    MainAccess own = eman("knn", run, "--seed=5");
    assertFalse(own.err().contains("drawn anew"), own.err());
    Files.copy(run.resolve("holdout.split"), folder.resolve("holdout.split"));
    MainAccess beside = eman("knn", alone, "--seed=5");
    assertFalse(beside.err().contains("drawn anew"), beside.err());
  }

  /** The label page trains on a copy of its table, which then gets more labels. */
  @Test
  void knn_tableOfWhichTheRunHasACopy_isRefusedForItsTrainingImages() throws IOException {
    List<String> rows = new ArrayList<>(List.of("image,label"));
    for (int i = 0; i < 24; i++) {
      image(folder.resolve(i + ".png"), i);
      rows.add(i + ".png,class " + i % 3);
    }
    Files.createDirectories(folder.resolve("runs"));
    Path copy = Files.write(folder.resolve("runs/copy.csv"), rows.subList(0, 20));
    Path run = folder.resolve("run");
    train(
        "--dataset=" + copy,
        "--images=" + folder,
        "--holdout=0.5",
        "--labels=100%",
        "--out=" + run);
    Path table = Files.write(folder.resolve("labels.csv"), rows);
    MainAccess near = eman("knn", run, "--dataset=" + table);
    assertEquals(1, near.exitCode(), near.out());
    assertTrue(near.err().contains("hold-out"), near.err());
  }

  /** What a network was trained on says nothing of it. */
  @Test
  void evaluate_imagesMovedIntoTheTestSet_saysSo() throws IOException {
    Path photos = folder.resolve("photos");
    for (int i = 0; i < 24; i++) {
      String part = i < 16 ? "train/class " : "test/class ";
      image(photos.resolve(part + i % 2).resolve(i + ".png"), i);
    }
    Path run = folder.resolve("run");
    train("--dataset=" + photos, "--labels=100%", "--out=" + run);
    MainAccess own = eman("evaluate", run);
    assertEquals(0, own.exitCode(), own.err());
    assertEquals("", own.err());
    image(photos.resolve("test/class 0/new.png"), 30);
    MainAccess more = eman("evaluate", run);
    assertTrue(more.out().contains("on 9 test images"), more.out());
    assertEquals(
        "note: "
            + photos
            + "/test: not the images that the run was measured on: accuracies are not comparable"
            + " with the run's\n",
        more.err());
    Files.move(photos.resolve("train/class 0/0.png"), photos.resolve("test/class 0/0.png"));
    for (MainAccess moved :
        List.of(eman("evaluate", run), eman("evaluate", run, "--dataset=" + photos))) {
      assertTrue(moved.out().contains("on 10 test images"), moved.out());
      assertEquals(
          "note: "
              + photos
              + ": the training images are not those that the run was trained on: if it was trained"
              + " on some that are test images now, accuracies are too high\n",
          moved.err());
    }
  }

  /** Cameras give the same names to other images. */
  @Test
  void evaluate_otherImagesOfTheSameNames_areNotLabelledByTheRunsTable() throws IOException {
    List<String> rows = new ArrayList<>(List.of("image,label,part"));
    for (int i = 0; i < 12; i++) {
      image(folder.resolve("ours/" + i + ".png"), i);
      image(folder.resolve("others/" + i + ".png"), 20 + i);
      rows.add(i + ".png,class " + i % 2 + "," + (i < 8 ? "train" : "test"));
    }
    Path table = Files.write(folder.resolve("labels.csv"), rows);
    Path run = folder.resolve("run");
    train("--dataset=" + folder.resolve("ours"), "--labels-file=" + table, "--out=" + run);
    MainAccess own = eman("evaluate", run, "--dataset=" + folder.resolve("ours"));
    assertEquals(0, own.exitCode(), own.err());
    assertTrue(own.out().contains("on 4 test images"), own.out());
    MainAccess others = eman("evaluate", run, "--dataset=" + folder.resolve("others"));
    assertEquals(1, others.exitCode(), others.out());
    assertTrue(others.err().contains("found images without labels in"), others.err());
  }
}
