package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features of a run, measured on data that it was not trained on. */
final class OtherDataTest {
  private static final String RUN = "src/test/resources/golden/fixmatch";
  private static final int IMAGES = 30;

  @TempDir private Path folder;

  private void write(String part) throws IOException {
    ByteBuffer images = ByteBuffer.allocate(16 + IMAGES * 784);
    images.putInt(0x803).putInt(IMAGES).putInt(28).putInt(28);
    ByteBuffer labels = ByteBuffer.allocate(8 + IMAGES);
    labels.putInt(0x801).putInt(IMAGES);
    for (int i = 0; i < IMAGES; i++) {
      images.put(16 + 784 * i, (byte) (8 * i));
      labels.put((byte) (i % 10));
    }
    Files.write(folder.resolve(part + "-images-idx3-ubyte"), images.array());
    Files.write(folder.resolve(part + "-labels-idx1-ubyte"), labels.array());
  }

  @Test
  void knn_otherData_saysThatTheyAreNormalisedOtherwise() throws IOException {
    write("train");
    write("t10k");
    MainAccess other = MainAccess.run("knn", RUN, "--dataset=mnist", "--data=" + folder, "--k=3");
    assertEquals(0, other.exitCode(), other.err());
    assertTrue(other.err().contains("was trained on images of mean [0.28"), other.err());
  }

  /** The network gets used to the normalisation of the new images, but it began with another. */
  @Test
  void finetuneAndInit_otherData_saysThatTheyAreNormalisedOtherwise() throws IOException {
    write("train");
    write("t10k");
    String[] common = {
      "--dataset=mnist", "--data=" + folder, "--labels=1/class", "--steps=1", "--batch=2"
    };
    String note =
        "(?s).*note: \\S*fixmatch\\S* was trained on images of mean \\[0\\.28\\S* and deviation"
            + " \\S+; those of mnist are normalised by \\[0\\.13.*";
    MainAccess tuned = run(common, "finetune", RUN, "--out=" + folder.resolve("tuned"));
    assertTrue(tuned.out().matches(note), tuned.out());
    MainAccess begun =
        run(
            common,
            "train",
            "--algorithm=supervised",
            "--init=" + RUN,
            "--backbone=resnet8-w4",
            "--out=" + folder.resolve("begun"));
    assertTrue(begun.out().matches(note), begun.out());
    MainAccess resumed =
        MainAccess.run("train", "--resume", folder.resolve("begun").toString(), "--steps=2");
    assertEquals(0, resumed.exitCode(), resumed.err());
    assertFalse(resumed.out().contains("was trained on images of mean"), resumed.out());
  }

  private static MainAccess run(String[] common, String... arguments) {
    MainAccess result =
        MainAccess.run(
            Stream.concat(Stream.of(arguments), Stream.of(common)).toArray(String[]::new));
    assertEquals(0, result.exitCode(), result.err());
    return result;
  }

  @Test
  void knn_exportedFile_saysThatImagesAreNormalisedOtherwise() throws IOException {
    write("train");
    write("t10k");
    Path file = folder.resolve("network.safetensors");
    MainAccess exported =
        MainAccess.run("export", RUN, "--format=safetensors", "--no-card", "--out=" + file);
    assertEquals(0, exported.exitCode(), exported.err());
    MainAccess other =
        MainAccess.run("knn", file.toString(), "--dataset=mnist", "--data=" + folder, "--k=3");
    assertEquals(0, other.exitCode(), other.err());
    assertTrue(other.err().contains(file + " was trained on images of mean [0.28"), other.err());
    MainAccess same = MainAccess.run("knn", file.toString(), "--k=3");
    assertEquals(0, same.exitCode(), same.err());
    assertFalse(same.err().contains("was trained on images of mean"), same.err());
  }

  @Test
  void evaluateKnn_colorImages_becomeGrayForAGrayNetwork() throws IOException {
    for (String image : List.of("train/Bag", "train/Coat", "test/Bag", "test/Coat")) {
      Path file = folder.resolve(image).resolve("1.png");
      Files.createDirectories(file.getParent());
      ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    }
    MainAccess measured = MainAccess.run("evaluate", RUN, "--dataset=" + folder);
    assertEquals(0, measured.exitCode(), measured.err());
    assertTrue(measured.out().contains("on 2 test images"), measured.out());
    MainAccess near = MainAccess.run("knn", RUN, "--dataset=" + folder, "--k=1");
    assertEquals(0, near.exitCode(), near.err());
    assertFalse(near.err().contains("was trained on images of mean"), near.err());
  }

  @Test
  void knn_sameDataByName_saysNothing() {
    MainAccess same = MainAccess.run("knn", RUN, "--dataset=fashion-mnist-mini", "--k=3");
    assertEquals(0, same.exitCode(), same.err());
    assertFalse(same.err().contains("was trained on images of mean"), same.err());
  }
}
