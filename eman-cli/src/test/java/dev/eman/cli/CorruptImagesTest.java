package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.pipeline.ReplacedImages;
import dev.eman.train.RunFiles;
import dev.eman.train.RunRecord;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on photos one of which is no image. */
class CorruptImagesTest {
  @TempDir private Path folder;

  @BeforeEach
  void photos() throws IOException {
    for (String part : List.of("train", "test")) {
      for (String name : List.of("cat", "dog")) {
        for (int i = 0; i < 4; i++) {
          Path photo = folder.resolve("photos").resolve(part).resolve(name).resolve(i + ".png");
          Files.createDirectories(photo.getParent());
          BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
          image.setRGB(i, i, 0xffffff - name.hashCode());
          ImageIO.write(image, "png", photo.toFile());
        }
      }
    }
    Files.writeString(folder.resolve("photos/train/cat/2.png"), "no image");
  }

  private MainAccess train(String... more) {
    String[] all = {
      "train",
      "--algorithm=supervised",
      "--dataset=" + folder.resolve("photos"),
      "--out=" + folder.resolve("run"),
      "--backbone=resnet8-w4",
      "--size=8",
      "--batch=8",
      "--labels=100%",
      "--steps=6",
      "--workers=1",
      "--map-images=0"
    };
    return MainAccess.run(Stream.of(all, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  @Test
  void train_unlessSkipped_stopsAndNamesTheWayOut() {
    MainAccess result = train();
    assertEquals(1, result.exitCode(), result.err());
    assertTrue(result.err().contains("2.png"), result.err());
    assertTrue(
        result.err().stripTrailing().endsWith("; --corrupt-images skip leaves it out"),
        result.err());
  }

  /** Not to skip them, which it has tried, also where a file asks for it. */
  @Test
  void train_skippedByConfigButNoneIsSound_doesNotAdviseToSkip() throws IOException {
    for (String name : List.of("cat", "dog")) {
      for (int i = 0; i < 4; i++) {
        Files.writeString(folder.resolve("photos/train/" + name + "/" + i + ".png"), "no image");
      }
    }
    Path config = Files.writeString(folder.resolve("skip.yaml"), "corrupt-images: skip\n");
    MainAccess result = train("--config=" + config);
    assertEquals(1, result.exitCode(), result.err());
    assertTrue(result.err().contains("remove those that eman data check names"), result.err());
    assertFalse(result.err().contains("--corrupt-images"), result.err());
  }

  @Test
  void train_skipped_saysHowOftenAtTheEndAndInTheRecord() throws IOException {
    MainAccess result = train("--corrupt-images=skip");
    assertEquals(0, result.exitCode(), result.err());
    RunFiles files = new RunFiles(folder.resolve("run"));
    ReplacedImages.Count count = RunRecord.read(files).images().replaced();
    assertEquals(1, count.images());
    assertTrue(count.times() >= 6, "once an epoch: " + count);
    assertTrue(
        result.out().contains("note: " + count + "; eman data check names them"), result.out());
    assertTrue(Files.readString(files.report()).contains(count.toString()));
  }

  @Test
  void train_soundPhotos_saysNothingOfIt() throws IOException {
    Files.delete(folder.resolve("photos/train/cat/2.png"));
    MainAccess result = train("--corrupt-images=skip");
    assertEquals(0, result.exitCode(), result.err());
    assertFalse(result.out().contains("decoded"), result.out());
    RunFiles files = new RunFiles(folder.resolve("run"));
    assertFalse(Files.readString(files.record()).contains("replaced"));
  }
}
