package dev.eman.datasets.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.ImageDecoder;
import dev.eman.datasets.image.Region;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** How large a JPEG is decoded for the views that scale it and crop its middle. */
final class FitTest {
  private static final List<AugmentationPreset> PRESETS =
      List.of(
          AugmentationPreset.NONE,
          AugmentationPreset.FIXMATCH_WEAK,
          AugmentationPreset.FIXMATCH_STRONG);

  private static ViewRandom random() {
    ViewRandom random = new ViewRandom();
    random.seed(1, 2, 3, 4);
    return random;
  }

  /** Overlapping discs with soft colours, as large as given. */
  private static byte[] jpeg(int width, int height) throws IOException {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    Random random = new Random(5);
    for (int i = 0; i < 60; i++) {
      Color first = new Color(random.nextInt(0x1000000));
      Color second = new Color(random.nextInt(0x1000000));
      int side = width / 8 + random.nextInt(width / 2);
      graphics.setPaint(new GradientPaint(0, 0, first, width, height, second));
      graphics.fillOval(random.nextInt(width) - side / 2, random.nextInt(height), side, side);
    }
    graphics.dispose();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(picture, "jpg", file));
    return file.toByteArray();
  }

  private static Image decode(byte[] file, DecodePlan plan) {
    Image image = new Image();
    ImageDecoder.local().decode(file, file.length, "a.jpg", plan, image);
    return image;
  }

  private static Image planned(byte[] file, Transform view) {
    return decode(file, (width, height, region) -> view.plan(width, height, random(), region));
  }

  private static Image viewed(Image image, Transform view) {
    view.apply(image, random());
    return image;
  }

  @Test
  void plan_photoOfTwelveMegapixels_aQuarter() {
    for (AugmentationPreset preset : PRESETS) {
      Region region = new Region();
      preset.create(224).plan(4032, 3024, random(), region);
      assertEquals("4032x3024+0+0/4", region.toString(), preset.label());
    }
  }

  @Test
  void plan_imageOfTheSizeOrSmallerThanFourTimes_unreduced() {
    for (AugmentationPreset preset : PRESETS) {
      for (int[] shape : new int[][] {{224, 224}, {895, 1800}, {1800, 895}, {32, 32}}) {
        Region region = new Region();
        preset.create(224).plan(shape[0], shape[1], random(), region);
        assertEquals(shape[0] + "x" + shape[1] + "+0+0/1", region.toString(), preset.label());
      }
    }
  }

  @Test
  void apply_largeJpeg_asScalingGivesAndCloseToTheWholeOne() throws IOException {
    Transform view = AugmentationPreset.NONE.create(56);
    Transform scaling = Transforms.resizeShorter(56).then(Transforms.centerCrop(56));
    for (int[] shape : new int[][] {{640, 480}, {224, 224}, {225, 500}, {900, 450}}) {
      byte[] file = jpeg(shape[0], shape[1]);
      Image image = planned(file, view);
      assertTrue(image.reduction() > 1, image::toString);
      byte[] reduced = viewed(image, view).toByteArray();
      assertArrayEquals(viewed(planned(file, view), scaling).toByteArray(), reduced);
      double mean = difference(viewed(decode(file, DecodePlan.WHOLE), view).toByteArray(), reduced);
      assertTrue(mean < 1, shape[0] + "x" + shape[1] + ": " + mean);
    }
  }

  /** The mean difference in levels of 256. */
  private static double difference(byte[] one, byte[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += Math.abs((one[i] & 0xff) - (other[i] & 0xff));
    }
    return sum / one.length;
  }

  @Test
  void apply_jpegSmallerThanFourTimes_unchanged() throws IOException {
    Transform view = AugmentationPreset.FIXMATCH_WEAK.create(56);
    for (int[] shape : new int[][] {{56, 56}, {223, 300}, {300, 223}, {40, 30}}) {
      byte[] file = jpeg(shape[0], shape[1]);
      assertArrayEquals(
          viewed(decode(file, DecodePlan.WHOLE), view).toByteArray(),
          viewed(planned(file, view), view).toByteArray());
    }
  }
}
