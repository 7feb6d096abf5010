package dev.eman.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation against what Pillow 9.4 computes, in colour and gray, on images of many sizes.
 */
final class PillowReferenceTest {
  @ParameterizedTest
  @CsvSource({
    "autocontrast, 0",
    "equalize, 0",
    "invert, 0",
    "posterize_4, 0",
    "solarize_128, 0",
    "rotate_17, 0",
    "rotate_-23, 0",
    "shear_x_0.2, 0",
    "shear_y_-0.15, 0",
    "translate_x_5.7, 0",
    "translate_y_-4, 0",
    "brightness_0.5, 1",
    "brightness_1.7, 1",
    "color_0.3, 1",
    "contrast_1.6, 1",
    "sharpness_1.8, 1",
    "sharpness_0.2, 1",
    "resize_bilinear_20x14, 1",
    "resize_bilinear_45x51, 1",
  })
  void operation_sharedReference_sameAsPillow(String operation, int tolerance) throws IOException {
    Image image = Npy.image("/pillow/input.npy");
    apply(operation, image);
    assertClose(Npy.image("/pillow/" + operation + ".npy"), image, tolerance);
  }

  @Test
  void resizedCrop_sharedReference_sameAsPillow() throws IOException {
    Image image = Npy.image("/pillow/input.npy");
    Resampling.resizeInPlace(image, 3, 5, 21, 17, 24, 24);
    assertClose(Npy.image("/pillow/resized_crop_3_5_21_17_to_24.npy"), image, 1);
  }

  @Test
  void grayscale_sharedReference_sameInAllChannels() throws IOException {
    Image image = Npy.image("/pillow/input.npy");
    Image expected = Npy.image("/pillow/grayscale.npy");
    Colors.grayscaleInPlace(image);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        for (int c = 0; c < 3; c++) {
          assertEquals(expected.get(x, y, 0), image.get(x, y, c));
        }
      }
    }
  }

  /** Pillow has no such operation: written out by hand. */
  @ParameterizedTest
  @CsvSource({"80, 128, 80 207 128 255", "-80, 128, 0 47 128 255", "255, 256, 255 255 255 255"})
  void solarizeAdd_belowTheThreshold_addsUpTo255(int addition, int threshold, String expected) {
    Image image = Image.of(new byte[] {0, 127, (byte) 128, (byte) 255}, 2, 2, 1);
    Colors.solarizeAddInPlace(image, addition, threshold);
    assertEquals(
        expected,
        image.get(0, 0, 0)
            + " "
            + image.get(1, 0, 0)
            + " "
            + image.get(0, 1, 0)
            + " "
            + image.get(1, 1, 0));
  }

  @ParameterizedTest
  @MethodSource("moreCases")
  void operation_otherSizesAndGray_sameAsPillow(String input, String operation, int tolerance)
      throws IOException {
    Image image = Npy.image("/pillow-more/" + input + "_input.npy");
    apply(operation, image);
    assertClose(Npy.image("/pillow-more/" + input + "_" + operation + ".npy"), image, tolerance);
  }

  static Stream<Arguments> moreCases() {
    String[] exact = {
      "autocontrast",
      "equalize",
      "invert",
      "posterize_5",
      "solarize_100",
      "rotate_90",
      "rotate_180",
      "rotate_-30",
      "shear_x_-0.3",
      "translate_y_3.3"
    };
    String[] near = {
      "brightness_1.3",
      "color_1.6",
      "contrast_0.4",
      "sharpness_1.9",
      "blur_0.1",
      "blur_0.9",
      "blur_2.0",
      "hue_0.1",
      "hue_-0.08",
      "resize_bilinear_9x40",
      "resize_bilinear_64x7"
    };
    return Stream.of("wide", "gray", "tiny")
        .flatMap(
            input ->
                Stream.concat(
                    Stream.of(exact).map(operation -> Arguments.of(input, operation, 0)),
                    Stream.of(near).map(operation -> Arguments.of(input, operation, 1))));
  }

  private static void apply(String operation, Image image) {
    String name = operation.replaceFirst("_-?[0-9.x]+$", "");
    String argument = operation.substring(Math.min(operation.length(), name.length() + 1));
    switch (name) {
      case "autocontrast" -> Colors.autocontrastInPlace(image);
      case "equalize" -> Colors.equalizeInPlace(image);
      case "invert" -> Colors.invertInPlace(image);
      case "posterize" -> Colors.posterizeInPlace(image, Integer.parseInt(argument));
      case "solarize" -> Colors.solarizeInPlace(image, Integer.parseInt(argument));
      case "brightness" -> Colors.brightnessInPlace(image, Float.parseFloat(argument));
      case "color" -> Colors.colorInPlace(image, Float.parseFloat(argument));
      case "contrast" -> Colors.contrastInPlace(image, Float.parseFloat(argument));
      case "sharpness" -> Colors.sharpnessInPlace(image, Float.parseFloat(argument));
      case "hue" -> Colors.hueInPlace(image, Float.parseFloat(argument));
      case "blur" -> Blur.gaussianInPlace(image, Float.parseFloat(argument));
      case "rotate" -> Geometry.rotateInPlace(image, Double.parseDouble(argument));
      case "shear_x" -> Geometry.shearXInPlace(image, Double.parseDouble(argument));
      case "shear_y" -> Geometry.shearYInPlace(image, Double.parseDouble(argument));
      case "translate_x" -> Geometry.translateXInPlace(image, Double.parseDouble(argument));
      case "translate_y" -> Geometry.translateYInPlace(image, Double.parseDouble(argument));
      case "resize_bilinear" -> {
        String[] size = argument.split("x");
        Resampling.resizeInPlace(image, Integer.parseInt(size[0]), Integer.parseInt(size[1]));
      }
      default -> throw new IllegalArgumentException(operation);
    }
  }

  private static void assertClose(Image expected, Image actual, int tolerance) {
    assertEquals(expected.toString(), actual.toString());
    byte[] wanted = expected.toByteArray();
    byte[] found = actual.toByteArray();
    int worst = 0;
    int different = 0;
    for (int i = 0; i < wanted.length; i++) {
      int difference = Math.abs((wanted[i] & 0xff) - (found[i] & 0xff));
      worst = Math.max(worst, difference);
      different += difference > 0 ? 1 : 0;
    }
    assertTrue(
        worst <= tolerance,
        "expected at most " + tolerance + ", got " + worst + "; different: " + different);
  }

  /** Colours whose place in a sector rounds otherwise in single precision; Pillow 9.4.0. */
  @ParameterizedTest
  @CsvSource({
    "0.1, 61, 38, 199, 156, 38, 199",
    "0.1, 68, 45, 206, 163, 45, 206",
    "0.033, 126, 38, 199, 156, 38, 199"
  })
  void hue_atTheEdgeOfRounding_isExactlyPillows(
      float shift, int red, int green, int blue, int toRed, int toGreen, int toBlue) {
    byte[] pixels = {(byte) red, (byte) green, (byte) blue};
    Hsv.shiftHueInPlace(pixels, 0, (int) (shift * 255));
    assertArrayEquals(new byte[] {(byte) toRed, (byte) toGreen, (byte) toBlue}, pixels);
  }
}
