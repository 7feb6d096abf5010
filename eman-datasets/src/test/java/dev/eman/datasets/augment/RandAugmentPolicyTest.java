package dev.eman.datasets.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.base.Splitter;
import com.google.common.collect.Sets;
import dev.eman.datasets.image.Colors;
import dev.eman.datasets.image.Geometry;
import dev.eman.datasets.image.Image;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which operations RandAugment draws, how often and how strongly, against the papers' tables. */
final class RandAugmentPolicyTest {
  private static final int VIEWS = 6000;

  private static final List<String> FOURTEEN =
      List.of(
          "identity",
          "auto-contrast",
          "equalize",
          "rotate",
          "posterize",
          "solarize",
          "color",
          "contrast",
          "brightness",
          "sharpness",
          "shear-x",
          "shear-y",
          "translate-x",
          "translate-y");

  /** FixMatch's list of transformations (arXiv 2001.07685, appendix), and Cutout of half a side. */
  @Test
  void create_fixMatchStrong_drawsTheTableOfThePaper() {
    DrawnViews drawn = DrawnViews.of(AugmentationPreset.FIXMATCH_STRONG.create(16), 16, VIEWS);
    assertEquals(
        Sets.union(Set.copyOf(FOURTEEN), Set.of("flip", "shift0", "shift1", "cutout")),
        drawn.names());
    drawn.assertShare(0.5, "flip");
    drawn.assertEnds("shift0", -2, 2);
    drawn.assertEnds("shift1", -2, 2);
    drawn.assertShare(1, trace -> trace.get(trace.size() - 1).equals("cutout 8"), "cutout last");
    // Two draws, each of them applied or not by a fair coin.
    drawn.assertShare(0.25, trace -> operations(trace) == 0, "no operation");
    drawn.assertShare(0.5, trace -> operations(trace) == 1, "one operation");
    drawn.assertShare(0.25, trace -> operations(trace) == 2, "two operations");
    for (String name : FOURTEEN) {
      DrawnViews.assertCount(2 * VIEWS, 0.5 / 14, drawn.magnitudes(name).size(), name);
    }
    for (String name : List.of("color", "contrast", "brightness", "sharpness")) {
      drawn.assertUniform(name, 0.05, 0.95);
    }
    drawn.assertUniform("posterize", 4, 8);
    drawn.assertUniform("rotate", -30, 30);
    drawn.assertUniform("shear-x", -0.3, 0.3);
    drawn.assertUniform("shear-y", -0.3, 0.3);
    drawn.assertUniform("solarize", 0, 256);
    drawn.assertUniform("translate-x", -0.3, 0.3);
    drawn.assertUniform("translate-y", -0.3, 0.3);
  }

  private static long operations(List<String> trace) {
    return trace.stream().filter(o -> FOURTEEN.contains(o.replaceFirst(" .*", ""))).count();
  }

  /**
   * The EMAN paper's RandAugment (arXiv 2101.08482, 4.3) with n = 2 and m = 10 after ImageNet's
   * crop and flip: both draws are applied, at one to nine tenths.
   */
  @Test
  void create_emanStrong_drawsNineTenthsOfSixteenOperations() {
    DrawnViews drawn = DrawnViews.of(AugmentationPreset.EMAN_STRONG.create(16), 64, VIEWS);
    Set<String> sixteen = Sets.union(Set.copyOf(FOURTEEN), Set.of("invert", "solarize-add"));
    assertEquals(Sets.union(sixteen, Set.of("crop0", "crop1", "flip")), drawn.names());
    AugmentationPolicyTest.assertCrops(drawn, 0.08);
    drawn.assertShare(0.5, "flip");
    for (String name : sixteen) {
      DrawnViews.assertCount(2 * VIEWS, 1 / 16.0, drawn.magnitudes(name).size(), name);
    }
    assertEquals(
        2L * VIEWS, sixteen.stream().mapToLong(name -> drawn.magnitudes(name).size()).sum());
    for (String name : List.of("color", "contrast", "brightness", "sharpness")) {
      assertTenths(drawn, name, 0.1, 1.9);
    }
    assertTenths(drawn, "solarize-add", 0, 110);
    assertWholeTenths(drawn, "solarize", tenth -> Math.rint(256 - 25.6 * tenth));
    assertWholeTenths(drawn, "posterize", tenth -> Math.rint(8 - 0.4 * tenth));
    for (String name : List.of("rotate", "shear-x", "shear-y", "translate-x", "translate-y")) {
      double most =
          name.equals("rotate")
              ? 30
              : name.startsWith("shear") ? 0.3 : 100.0 / 224; // Pixels of 224.
      assertSigned(drawn, name, most);
    }
  }

  private interface Magnitude {
    double at(int tenth);
  }

  private static void assertTenths(DrawnViews drawn, String name, double low, double high) {
    assertWholeTenths(drawn, name, tenth -> low + (high - low) * tenth / 10);
    for (int tenth = 1; tenth <= 9; tenth++) {
      String wanted = written(low + (high - low) * tenth / 10);
      assertNinth(drawn, name, 1, tenth, wanted);
    }
  }

  private static void assertWholeTenths(DrawnViews drawn, String name, Magnitude magnitude) {
    assertEquals(
        IntStream.rangeClosed(1, 9)
            .mapToObj(tenth -> written(magnitude.at(tenth)))
            .collect(Collectors.toSet()),
        written(drawn, name).collect(Collectors.toSet()),
        name);
  }

  /** Either way alike. */
  private static void assertSigned(DrawnViews drawn, String name, double most) {
    Set<String> wanted =
        IntStream.rangeClosed(1, 9)
            .mapToObj(tenth -> written(most * tenth / 10))
            .flatMap(value -> Stream.of(value, "-" + value))
            .collect(Collectors.toSet());
    assertEquals(wanted, written(drawn, name).collect(Collectors.toSet()), name);
    for (int tenth = 1; tenth <= 9; tenth++) {
      assertNinth(drawn, name, 0.5, tenth, written(most * tenth / 10));
      assertNinth(drawn, name, 0.5, tenth, "-" + written(most * tenth / 10));
    }
  }

  private static void assertNinth(
      DrawnViews drawn, String name, double share, int tenth, String wanted) {
    DrawnViews.assertCount(
        drawn.magnitudes(name).size(),
        share / 9,
        written(drawn, name).filter(wanted::equals).count(),
        name + " at " + tenth + " tenths");
  }

  private static Stream<String> written(DrawnViews drawn, String name) {
    return drawn.magnitudes(name).stream().map(RandAugmentPolicyTest::written);
  }

  private static String written(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  /** A larger m is always the stronger operation. */
  @ParameterizedTest
  @CsvSource({
    "ROTATE, 0, 30",
    "POSTERIZE, 8, 4",
    "SOLARIZE, 256, 0",
    "SOLARIZE_ADD, 0, 110",
    "COLOR, 0.1, 1.9",
    "CONTRAST, 0.1, 1.9",
    "BRIGHTNESS, 0.1, 1.9",
    "SHARPNESS, 0.1, 1.9",
    "SHEAR_X, 0, 0.3",
    "SHEAR_Y, 0, 0.3",
    "TRANSLATE_X, 0, 0.446",
    "TRANSLATE_Y, 0, 0.446",
  })
  void fixed_magnitude0And10_endsOfTheRange(AugmentOperation operation, double least, double most) {
    for (int m : new int[] {0, 10}) {
      Transform policy = RandAugment.fixed(1, m, List.of(operation));
      DrawnViews drawn = DrawnViews.of(policy, 8, 50);
      for (double magnitude : drawn.magnitudes(operation.label())) {
        assertEquals(m == 0 ? least : most, Math.abs(magnitude), 0.0051, operation.label());
      }
      assertEquals(50, drawn.magnitudes(operation.label()).size());
    }
  }

  /** What the trace says is what was done to the pixels. */
  @ParameterizedTest
  @EnumSource
  void apply_strengthOneHalf_isTheOperationItTells(AugmentOperation operation) {
    byte[] pixels = new byte[30 * 20 * 3];
    Random chance = new Random(1);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (20 + chance.nextInt(200)); // Or there would be nothing to stretch.
    }
    Image image = Image.of(pixels, 30, 20, 3);
    image.startTrace();
    operation.apply(image, 0.5, MagnitudeRange.FIXMATCH, new ViewRandom());
    List<String> told = Splitter.on(' ').splitToList(image.operations().get(0));
    assertEquals(operation.label(), told.get(0));
    double magnitude = told.size() == 1 ? 0 : Double.parseDouble(told.get(1));
    Image expected = Image.of(pixels, 30, 20, 3);
    applyInPlace(operation, expected, magnitude);
    assertArrayEquals(expected.toByteArray(), image.toByteArray());
    assertEquals(
        operation == AugmentOperation.IDENTITY, Arrays.equals(pixels, image.toByteArray()));
  }

  private static void applyInPlace(AugmentOperation operation, Image image, double magnitude) {
    switch (operation) {
      case IDENTITY -> {}
      case AUTO_CONTRAST -> Colors.autocontrastInPlace(image);
      case EQUALIZE -> Colors.equalizeInPlace(image);
      case INVERT -> Colors.invertInPlace(image);
      case ROTATE -> Geometry.rotateInPlace(image, magnitude);
      case POSTERIZE -> Colors.posterizeInPlace(image, (int) magnitude);
      case SOLARIZE -> Colors.solarizeInPlace(image, (int) magnitude);
      case SOLARIZE_ADD -> Colors.solarizeAddInPlace(image, (int) magnitude, 128);
      case COLOR -> Colors.colorInPlace(image, (float) magnitude);
      case CONTRAST -> Colors.contrastInPlace(image, (float) magnitude);
      case BRIGHTNESS -> Colors.brightnessInPlace(image, (float) magnitude);
      case SHARPNESS -> Colors.sharpnessInPlace(image, (float) magnitude);
      case SHEAR_X -> Geometry.shearXInPlace(image, magnitude);
      case SHEAR_Y -> Geometry.shearYInPlace(image, magnitude);
      case TRANSLATE_X -> Geometry.translateXInPlace(image, 30 * magnitude);
      case TRANSLATE_Y -> Geometry.translateYInPlace(image, 20 * magnitude);
    }
  }

  @Test
  void fixed_operations_areFourteen() {
    assertEquals(
        Set.copyOf(FOURTEEN),
        RandAugment.fixed(3, 5).operations().stream()
            .map(AugmentOperation::label)
            .collect(Collectors.toSet()));
    DrawnViews drawn = DrawnViews.of(RandAugment.fixed(3, 5), 8, 50);
    drawn.assertShare(1, trace -> trace.size() == 3, "three operations");
  }
}
