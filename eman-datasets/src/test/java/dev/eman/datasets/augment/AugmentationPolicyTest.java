package dev.eman.datasets.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.image.Image;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the policies do, how often and how strongly, against what their papers say. */
final class AugmentationPolicyTest {
  private static final int VIEWS = 4000;
  private static final int SIDE = 64;
  private static final List<String> JITTER = List.of("brightness", "contrast", "saturation", "hue");

  /**
   * ImageNet's usual crop; MoCo v2 (arXiv 2003.04297); ReSSL's weak view (2107.09282); CoMatch's
   * second strong view (2011.11183); BYOL's views (2006.07733, appendix B); MoCo v3's, which crop
   * from 20% (2104.02057). A saturation of 0 means no colour jitter.
   */
  @ParameterizedTest
  @CsvSource({
    // preset, least crop, saturation, grayscale, blur, solarize
    "imagenet-train, 0.08, 0, 0, 0, 0",
    "ressl-weak, 0.2, 0, 0, 0, 0",
    "moco-v2, 0.2, 0.4, 0.2, 0.5, 0",
    "comatch-strong, 0.2, 0.4, 0.2, 0, 0",
    "comatch-strong-unmirrored, 0.2, 0.4, 0.2, 0, 0",
    "byol-view1, 0.08, 0.2, 0.2, 1, 0",
    "byol-view2, 0.08, 0.2, 0.2, 0.1, 0.2",
    "moco-v3-view1, 0.2, 0.2, 0.2, 1, 0",
    "moco-v3-view2, 0.2, 0.2, 0.2, 0.1, 0.2",
  })
  void create_croppingPolicy_drawsWhatItsPaperSays(
      String preset,
      double leastCrop,
      double saturation,
      double grayscale,
      double blur,
      double solarize) {
    DrawnViews drawn =
        DrawnViews.of(AugmentationPreset.named(preset).create(SIDE / 4), SIDE, VIEWS);
    Set<String> names = new HashSet<>(Set.of("crop0", "crop1"));
    assertCrops(drawn, leastCrop);
    if (!preset.endsWith("-unmirrored")) {
      names.add("flip");
      drawn.assertShare(0.5, "flip");
    }
    if (saturation > 0) {
      names.addAll(JITTER);
      assertJitter(drawn, saturation);
    }
    if (grayscale > 0) {
      names.add("grayscale");
      drawn.assertShare(grayscale, "grayscale");
    }
    if (blur > 0) {
      names.add("blur");
      drawn.assertShare(blur, "blur");
      drawn.assertUniform("blur", 0.1, 2.0);
    }
    if (solarize > 0) {
      names.add("solarize");
      drawn.assertShare(solarize, "solarize");
      drawn.assertEnds("solarize", 128, 128); // Half of the values.
    }
    assertEquals(names, drawn.names());
  }

  /** Every view is cropped once, first, from the least area to all, in shapes from 3:4 to 4:3. */
  static void assertCrops(DrawnViews drawn, double least) {
    drawn.assertShare(1, trace -> trace.get(0).startsWith("crop "), "a crop first");
    drawn.assertShare(1, "crop0");
    List<Double> widths = drawn.magnitudes("crop0");
    List<Double> heights = drawn.magnitudes("crop1");
    List<Double> areas =
        IntStream.range(0, widths.size())
            .mapToObj(i -> widths.get(i) * heights.get(i) / (SIDE * SIDE))
            .toList();
    List<Double> shapes =
        IntStream.range(0, widths.size()).mapToObj(i -> widths.get(i) / heights.get(i)).toList();
    // Sides are whole pixels, 18 at the least.
    assertEquals(least, Collections.min(areas), 0.08 * least);
    assertEquals(1, Collections.max(areas), 0.03);
    assertEquals(0.75, Collections.min(shapes), 0.06);
    assertEquals(4.0 / 3, Collections.max(shapes), 0.1);
  }

  /** In four of five views, all four of them, in any order. */
  private static void assertJitter(DrawnViews drawn, double saturation) {
    drawn.assertShare(0.8, "brightness");
    drawn.assertUniform("brightness", 0.6, 1.4);
    drawn.assertUniform("contrast", 0.6, 1.4);
    drawn.assertUniform("saturation", 1 - saturation, 1 + saturation);
    drawn.assertUniform("hue", -0.1, 0.1);
    for (String name : JITTER) {
      assertEquals(drawn.magnitudes("brightness").size(), drawn.magnitudes(name).size(), name);
      drawn.assertShare(0.2, trace -> nthOfJitter(trace, 0).equals(name), name + " first");
      drawn.assertShare(0.2, trace -> nthOfJitter(trace, 3).equals(name), name + " last");
    }
  }

  private static String nthOfJitter(List<String> trace, int n) {
    return trace.stream()
        .map(operation -> operation.replaceFirst(" .*", ""))
        .filter(JITTER::contains)
        .skip(n)
        .findFirst()
        .orElse("");
  }

  /** Arxiv 2001.07685, 2.3: flip in half of the views, move by up to 12.5% of the side. */
  @Test
  void create_fixMatchWeak_flipsAndMoves() {
    DrawnViews drawn =
        DrawnViews.of(AugmentationPreset.FIXMATCH_WEAK.create(SIDE / 4), SIDE / 4, VIEWS);
    assertEquals(Set.of("flip", "shift0", "shift1"), drawn.names());
    drawn.assertShare(0.5, "flip");
    for (String direction : List.of("shift0", "shift1")) {
      drawn.assertShare(1, direction);
      for (int pixels = -2; pixels <= 2; pixels++) {
        int wanted = pixels;
        DrawnViews.assertCount(
            VIEWS,
            1 / 5.0,
            drawn.magnitudes(direction).stream().filter(found -> found == wanted).count(),
            direction + " by " + pixels);
      }
      assertEquals(-2, Collections.min(drawn.magnitudes(direction)));
      assertEquals(2, Collections.max(drawn.magnitudes(direction)));
    }
  }

  @Test
  void create_fixMatchWeakOf28Pixels_movesByUpToFour() {
    DrawnViews drawn = DrawnViews.of(AugmentationPreset.FIXMATCH_WEAK.create(28), 28, VIEWS);
    for (String direction : List.of("shift0", "shift1")) {
      assertEquals(-4, Collections.min(drawn.magnitudes(direction)));
      assertEquals(4, Collections.max(drawn.magnitudes(direction)));
    }
  }

  @Test
  void create_none_changesNothing() {
    Image image = noise(16, 16);
    byte[] before = image.toByteArray();
    AugmentationPreset.NONE.create(16).apply(image, new ViewRandom());
    assertArrayEquals(before, image.toByteArray());
  }

  /** 256 of 224 is 16 of 14: of an image of 16 pixels, all but the outermost ones. */
  @Test
  void create_imageNetValidation_cropsTheMiddle() {
    Image image = noise(16, 16);
    Image original = noise(16, 16);
    AugmentationPreset.IMAGENET_VALIDATION.create(14).apply(image, new ViewRandom());
    assertEquals("image [14, 14, 3]", image.toString());
    for (int y = 0; y < 14; y++) {
      for (int x = 0; x < 14; x++) {
        assertEquals(original.get(x + 1, y + 1, 1), image.get(x, y, 1));
      }
    }
  }

  /** Around every pixel alike; what lies outside of the image is cut off. */
  @Test
  void cutout_manyViews_paintsGraySquaresAroundAllPixels() {
    int width = 20;
    int height = 16;
    int side = 8; // Half of the shorter one.
    Set<String> expected = new HashSet<>();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        expected.add(
            box(
                Math.max(0, x - side / 2),
                Math.max(0, y - side / 2),
                Math.min(width, x + side / 2),
                Math.min(height, y + side / 2)));
      }
    }
    Transform cutout = Transforms.cutout(0.5);
    ViewRandom random = new ViewRandom();
    Set<String> found = new HashSet<>();
    for (int i = 0; i < VIEWS; i++) {
      Image image = Image.of(new byte[width * height * 3], width, height, 3);
      random.seed(1, 2, i, 0);
      cutout.apply(image, random);
      found.add(painted(image));
    }
    assertEquals(expected, found);
  }

  private static String box(int left, int top, int right, int bottom) {
    return left + "," + top + " to " + right + "," + bottom;
  }

  /** The box that is gray, outside of which all must be black. */
  private static String painted(Image image) {
    int left = image.width();
    int top = image.height();
    int right = 0;
    int bottom = 0;
    int count = 0;
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        for (int c = 0; c < 3; c++) {
          int value = image.get(x, y, c);
          assertTrue(value == 0 || value == 127, "gray: " + value);
          if (value == 127) {
            count++;
            left = Math.min(left, x);
            top = Math.min(top, y);
            right = Math.max(right, x + 1);
            bottom = Math.max(bottom, y + 1);
          }
        }
      }
    }
    assertEquals(3 * (right - left) * (bottom - top), count, "filled");
    return box(left, top, right, bottom);
  }

  private static Image noise(int width, int height) {
    byte[] pixels = new byte[width * height * 3];
    new Random(2).nextBytes(pixels);
    return Image.of(pixels, width, height, 3);
  }
}
