package dev.eman.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.cli.MainAccess;
import dev.eman.weights.onnx.OnnxEngine;
import dev.eman.weights.onnx.OnnxSession;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.ImageIO;
import onnx.Onnx.ModelProto;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Photos are turned, or not, as for the training of the model that encodes them. */
class EncoderOrientationTest {
  /** An APP1 segment whose TIFF directory has one entry, orientation 6: turn by 90 degrees. */
  private static final byte[] TURNED =
      HexFormat.of()
          .parseHex(
              "ffe10022"
                  + "457869660000"
                  + "4d4d002a00000008"
                  + "0001"
                  + "01120003000000010006000000000000");

  private static OnnxEngine engine;

  @TempDir private Path folder;

  @BeforeAll
  static void findRuntime() {
    engine = Runtime.engine();
  }

  private static MainAccess eman(String... arguments) {
    MainAccess result = MainAccess.run(arguments);
    assertEquals(0, result.exitCode(), result.err());
    return result;
  }

  /** A model that says what is done about orientations; null for one that does not. */
  private Path model(@Nullable String orientation) throws IOException {
    ModelProto.Builder model = SmallModels.model(SmallModels.flat());
    model.addMetadataPropsBuilder().setKey("mean").setValue("[0.5]");
    model.addMetadataPropsBuilder().setKey("deviation").setValue("[0.5]");
    if (orientation != null) {
      model.addMetadataPropsBuilder().setKey("orientation").setValue(orientation);
    }
    return SmallModels.save(folder, model);
  }

  /** A white stripe, which lies or stands. */
  private static byte[] stripe(boolean lies) throws IOException {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < 256; p++) {
      int across = lies ? p / 16 : p % 16;
      image.setRGB(p % 16, p / 16, across > 4 && across < 11 ? 0xffffff : 0);
    }
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    ImageIO.write(image, "jpg", jpeg);
    return jpeg.toByteArray();
  }

  private static void write(Path file, byte[] jpeg, boolean turned) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.write(jpeg, 0, 2); // The start of the image.
    if (turned) {
      content.write(TURNED);
    }
    content.write(jpeg, 2, jpeg.length - 2);
    Files.createDirectories(file.getParent());
    Files.write(file, content.toByteArray());
  }

  private List<String> features(@Nullable String orientation) throws IOException {
    Path table = folder.resolve(orientation + ".csv");
    eman(
        "features",
        "--encoder=" + model(orientation),
        "--cache=" + folder.resolve("cache"),
        "--out=" + table,
        folder.resolve("photos").toString());
    return Files.readAllLines(table).stream().map(row -> row.replaceFirst("^[^,]*,", "")).toList();
  }

  @Test
  void features_photoAndTurnedCopy_asTheModelSays() throws IOException {
    write(folder.resolve("photos/a.jpg"), stripe(true), false);
    write(folder.resolve("photos/b.jpg"), stripe(true), true);
    List<String> ignored = features("ignore");
    assertEquals(ignored.get(0), ignored.get(1));
    for (String orientation : new String[] {"exif", null}) {
      List<String> turned = features(orientation);
      assertEquals(ignored.get(0), turned.get(0));
      assertNotEquals(turned.get(0), turned.get(1), orientation);
    }
  }

  @ParameterizedTest
  @CsvSource({"ignore, 100.00", "exif, 0.00"})
  void knnAndLinear_turnedTestPhotos_asTheModelSays(String orientation, String accuracy)
      throws IOException {
    for (boolean lies : new boolean[] {true, false}) {
      for (int i = 0; i < 3; i++) {
        Path file = Path.of(lies ? "lying" : "standing", i + ".jpg");
        write(folder.resolve("photos/train").resolve(file), stripe(lies), false);
        write(folder.resolve("photos/test").resolve(file), stripe(lies), true);
      }
    }
    String encoder = "--encoder=" + model(orientation);
    String cache = "--cache=" + folder.resolve("cache");
    String dataset = "--dataset=" + folder.resolve("photos");
    MainAccess knn = eman("knn", encoder, cache, dataset, "--k=1");
    assertTrue(knn.out().matches("(?s).*\\n +1 +" + accuracy + "%.*"), knn.out());
    Path saved = folder.resolve("saved.onnx");
    eman("linear", encoder, cache, dataset, "--labels=100%", "--epochs=1", "--save=" + saved);
    try (OnnxSession session = engine.open(saved)) {
      assertEquals(orientation, session.metadata().get("orientation"));
    }
  }
}
