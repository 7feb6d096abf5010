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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code data info} shows of data without a test set is what {@code train} makes of them. */
final class DataInfoHoldOutTest {
  private static final Pattern HASH = Pattern.compile("hash:? ([0-9a-f]{64})");

  @TempDir private Path folder;

  @BeforeEach
  void photos() throws IOException {
    for (String name : List.of("cat", "dog")) {
      for (int i = 0; i < 10; i++) {
        Path photo = folder.resolve("photos/" + name + "/" + i + ".png");
        Files.createDirectories(photo.getParent());
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        image.setRGB(i, i, 0xffffff - name.hashCode());
        ImageIO.write(image, "png", photo.toFile());
      }
    }
  }

  private MainAccess info(String... options) {
    List<String> command = new ArrayList<>(List.of("data", "info", photosFolder()));
    command.addAll(List.of(options));
    return MainAccess.run(command.toArray(String[]::new));
  }

  private String photosFolder() {
    return folder.resolve("photos").toString();
  }

  /** The hash of the split of a run. */
  private String train(String name, String... options) throws IOException {
    Path run = folder.resolve(name);
    List<String> command =
        new ArrayList<>(
            List.of(
                "train",
                "--dataset=" + photosFolder(),
                "--out=" + run,
                "--backbone=resnet8-w4",
                "--size=16",
                "--batch=2",
                "--mu=1",
                "--steps=1",
                "--workers=1",
                "--map-images=0"));
    command.addAll(List.of(options));
    MainAccess result = MainAccess.run(command.toArray(String[]::new));
    assertEquals(0, result.exitCode(), result.err());
    return hash(Files.readString(run.resolve("labels.split")));
  }

  private static String hash(MainAccess info) {
    assertEquals(0, info.exitCode(), info.err());
    return hash(info.out());
  }

  private static String hash(String text) {
    Matcher hash = HASH.matcher(text);
    assertTrue(hash.find(), text);
    return hash.group(1);
  }

  @Test
  void info_drawnLabels_heldOutFirstAsInTraining() throws IOException {
    MainAccess info = info("--labels=3/class");
    assertEquals(train("a", "--labels=3/class"), hash(info));
    assertTrue(
        info.out().contains("4 of 20 images held out (0.2 of each class, seed 0)"),
        "" + info.out());
    assertTrue(
        info.out().matches("(?s).*class +images +held out +labelled validation.*"), info.out());
    assertTrue(info.out().matches("(?s).*cat +10 +2 +3 +0.*"), info.out());
    String[] others = {"--labels=50%", "--holdout=0.4"};
    assertEquals(
        train("b", "--labels=50%", "--holdout=0.4", "--seed=3"),
        hash(info("--labels=50%", "--holdout=0.4", "--split-seed=3")));
    assertTrue(!hash(info(others)).equals(hash(info("--labels=50%"))));
    // With validation images nothing is held out.
    assertEquals(
        train("c", "--labels=100%", "--validation=0.2"),
        hash(info("--labels=100%", "--validation=0.2")));
  }

  @Test
  void info_savedSplit_trainsOnTheSameImages() throws IOException {
    Path saved = folder.resolve("one.split");
    MainAccess info = info("--labels=3/class", "--split-seed=3", "--save-split=" + saved);
    String hash = hash(info);
    assertTrue(
        info.out().contains("written to " + saved + ", for runs with --seed 3 --holdout 0.2"),
        info.out());
    assertEquals(hash, train("a", "--labels-file=" + saved, "--seed=3", "--holdout=0.2"));
    assertEquals(hash, hash(info("--labels-file=" + saved, "--split-seed=3")));
    assertEquals(
        hash, hash(info("--labels-file=" + folder.resolve("a/labels.split"), "--split-seed=3")));
    MainAccess other = info("--labels-file=" + saved);
    assertEquals(1, other.exitCode(), other.out());
    assertTrue(other.err().contains("with the seed and --holdout of its draw"), other.err());
  }

  @Test
  void info_tableOrSplitOfAllImages_listedImagesAreNotHeldOut() throws IOException {
    Path table = folder.resolve("labels.csv");
    Files.writeString(table, "image,label\ncat/1.png,cat\ncat/2.png,cat\ndog/7.png,dog\n");
    assertEquals(
        train("a", "--labels-file=" + table, "--seed=2"),
        hash(info("--labels-file=" + table, "--split-seed=2")));
    Path saved = folder.resolve("all.split");
    assertEquals(0, info("--labels=3/class", "--holdout=0", "--save-split=" + saved).exitCode());
    assertEquals(
        train("b", "--labels-file=" + saved, "--seed=5"),
        hash(info("--labels-file=" + saved, "--split-seed=5")));
  }

  /** Which keeps the listed images, whatever its seed holds out. */
  @Test
  void info_savedSplitOfAList_trainsAsTheList() throws IOException {
    Path list = folder.resolve("list.txt");
    Files.writeString(list, "cat/1.png\ncat/2.png\ndog/7.png\n");
    Path saved = folder.resolve("list.split");
    MainAccess info = info("--labels-file=" + list, "--save-split=" + saved);
    assertEquals(0, info.exitCode(), info.err());
    assertFalse(info.out().contains("for runs with"), info.out());
    for (String seed : List.of("0", "4")) {
      assertEquals(
          train("l" + seed, "--labels-file=" + list, "--seed=" + seed),
          train("s" + seed, "--labels-file=" + saved, "--seed=" + seed));
    }
    assertEquals(hash(info), hash(Files.readString(folder.resolve("l0/labels.split"))));
  }

  @Test
  void info_nothingCanBeHeldOut_savesForRunsThatHoldNoneOut() throws IOException {
    for (String name : List.of("cat", "dog")) {
      for (int i = 1; i < 10; i++) {
        Files.delete(folder.resolve("photos/" + name + "/" + i + ".png"));
      }
    }
    MainAccess info = info("--labels=1/class", "--save-split=" + folder.resolve("one.split"));
    assertEquals(0, info.exitCode(), info.err());
    assertTrue(info.out().contains("one.split, for runs with --holdout 0"), info.out());
  }

  @Test
  void info_holdOutWithoutEffect_isAMistake() {
    for (String[] options :
        List.of(new String[] {"--holdout=0.2"}, new String[] {"--labels=100%", "--holdout=1"})) {
      MainAccess result = info(options);
      assertEquals(2, result.exitCode(), result.out());
      assertTrue(result.err().contains("--holdout: expected "), result.err());
    }
    MainAccess result =
        MainAccess.run("data", "info", "fashion-mnist-mini", "--labels=1%", "--holdout=0.2");
    assertEquals(2, result.exitCode(), result.out());
    assertTrue(result.err().contains("--holdout: expected a data set without test"), result.err());
  }
}
