package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MinimalFixMatchTest {
  @TempDir private Path temp;

  @Test
  void main_newRunThenResumed_writesTheFolderAndClassifies() throws IOException {
    Path run = temp.resolve("run");
    String first = main(run.toString(), "40", image().toString());
    assertTrue(first.contains("test set: top1"), first);
    assertTrue(first.contains("Prediction[className="), first);
    for (String file :
        new String[] {
          "config.yaml", "metrics.csv", "best.ckpt", "last.ckpt", "run.json", "labels.split"
        }) {
      assertTrue(Files.size(run.resolve(file)) > 0, file);
    }
    try (var files = Files.list(run)) {
      assertTrue(files.anyMatch(file -> file.toString().contains("tfevents")), "event file");
    }
    assertEquals(41, Files.readAllLines(run.resolve("metrics.csv")).size());
    String second = main(run.toString(), "40", image().toString()); // Nothing is left to train.
    assertEquals(first, second);
  }

  @Test
  void source_mainClass_isAtMost25Lines() throws IOException {
    Path source = Path.of("src/main/java/com/example/MinimalFixMatch.java");
    assertTrue(Files.readAllLines(source).size() <= 25);
  }

  private static String main(String... args) {
    PrintStream out = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      MinimalFixMatch.main(args);
    } finally {
      System.setOut(out);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  private Path image() throws IOException {
    Path file = temp.resolve("image.png");
    try (ImageDataset test =
        Datasets.named("fashion-mnist-mini").open(Part.TEST, DataDirectories.of(null))) {
      Image image = test.image(0);
      BufferedImage picture =
          new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_BYTE_GRAY);
      picture.getRaster().setDataElements(
          0, 0, image.width(), image.height(), image.toByteArray());
      ImageIO.write(picture, "png", file.toFile());
    }
    return file;
  }
}
