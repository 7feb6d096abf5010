package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Published weights by name, in all commands that take weights. */
class PublishedWeightsCommandsTest {
  @TempDir private static Path folder;
  private static Path photos;
  private static Path data;

  @BeforeAll
  static void make() throws IOException {
    photos = folder.resolve("photos");
    data = folder.resolve("data");
    TinyWeights.make(data.resolve("weights"));
    Random random = new Random(1);
    for (String part : List.of("train", "test")) {
      for (int c = 0; c < 2; c++) {
        Path images = Files.createDirectories(photos.resolve(part).resolve("class " + c));
        for (int i = 0; i < 4; i++) {
          BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
          for (int x = 0; x < 256; x++) {
            image.setRGB(x % 16, x / 16, random.nextInt() | (c == 0 ? 0xff0000 : 0xff));
          }
          assertTrue(ImageIO.write(image, "png", images.resolve(i + ".png").toFile()));
        }
      }
    }
  }

  private static MainAccess eman(String... arguments) {
    return MainAccess.run(arguments);
  }

  @Test
  void knn_name_networkSizeAndTermsFollow() {
    MainAccess result =
        eman("knn", TinyWeights.NAME, "--dataset=" + photos, "--data=" + data, "--k=1");
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().startsWith("tests:small, resnet8-w4: 8 features of 16"), result.out());
    assertTrue(result.err().contains("tests:small: free to use in tests"), result.err());
    assertTrue(result.err().contains("as tests:small expects them"), result.err());
  }

  @Test
  void finetune_name_startsFromTheWeights() throws IOException {
    Path out = folder.resolve("tuned");
    MainAccess result =
        eman(
            "finetune",
            TinyWeights.NAME,
            "--dataset=" + photos,
            "--data=" + data,
            "--labels=4/class",
            "--batch=4",
            "--steps=2",
            "--out=" + out);
    assertEquals(0, result.exitCode(), result.err());
    String config = Files.readString(out.resolve("config.yaml"));
    assertTrue(config.contains("init: tests:small"), config);
    assertTrue(config.contains("size: 16"), config);
    // Evaluated as it was trained, without the weights.
    MainAccess evaluated = eman("evaluate", out.toString());
    assertEquals(0, evaluated.exitCode(), evaluated.err());
  }

  @ParameterizedTest
  @CsvSource({
    "train, --init=torchvision:resnet19, did you mean torchvision:resnet18?",
    "finetune, torchvision:resnet19, did you mean torchvision:resnet18?",
    "linear, torchvision:resnet19, did you mean torchvision:resnet18?",
    "fit, --init=torchvision:resnet19, did you mean torchvision:resnet18?",
    "train, --init=torchvision:resnet18, expected images of 3 channels",
    "knn, torchvision:resnet18, expected images of 3 channels"
  })
  void command_wrongName_isAMistakeOnTheCommandLine(
      String command, String argument, String expected) {
    MainAccess result =
        command.equals("fit")
            ? eman(command, photos.toString(), argument, "--out=" + folder.resolve("none"))
            : eman(command, argument, "--dataset=fashion-mnist-mini");
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains(expected), result.err());
    assertFalse(Files.exists(folder.resolve("none")));
  }

  @Test
  void knn_backboneThatIsNotTheirs_refused() {
    MainAccess result =
        eman(
            "knn",
            TinyWeights.NAME,
            "--dataset=" + photos,
            "--data=" + data,
            "--backbone=resnet14-w16");
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains("expected resnet8-w4, the network of --init"), result.err());
  }
}
