package dev.eman.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against OpenCV's libjpeg, to the bit. */
class JpegDecoderTest {
  private final JpegDecoder decoder = new JpegDecoder();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "444",
        "422",
        "422-narrow",
        "420",
        "420-narrow",
        "420-optimized",
        "420-q10",
        "420-q100",
        "gray"
      })
  void aFile_wholeAndInParts_equalsOpenCv(String name) {
    assertEqualsOpenCv(name, Jpegs.resource(name));
  }

  @Test
  void manySizesAndQualities_equalOpenCv() {
    Random random = new Random(1);
    int[] qualities = {5, 50, 75, 90, 95, 100};
    for (int i = 0; i < 120; i++) {
      int width = i < 40 ? i + 1 : 1 + random.nextInt(130);
      int height = i < 40 ? 40 - i : 1 + random.nextInt(100);
      int quality = qualities[i % qualities.length];
      int restart = i % 4 == 3 ? 1 + random.nextInt(5) : 0;
      byte[] file = Jpegs.encode(width, height, quality, restart, false, i % 3 == 0, random);
      assertEqualsOpenCv(width + "x" + height + " q" + quality + " r" + restart, file);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1019, 1020, 1021, 1022, 1024, 1025, 2300})
  void aWideFile_convertedInParts_equalsOpenCv(int width) {
    byte[] file = Jpegs.encode(width, 19, 90, 0, false, true, new Random(width));
    assertEqualsOpenCv("width " + width, file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"420-progressive", "cmyk"})
  void anotherKind_isLeftToOpenCv(String name) {
    byte[] file = Jpegs.resource(name);
    Image image = new Image();
    assertFalse(decoder.decode(file, file.length, whole(45, 35), image));
    ImageDecoder.local().decode(file, file.length, name, DecodePlan.WHOLE, image);
    assertEquals(45, image.width());
    assertEquals(3, image.channels());
  }

  @Test
  void aTruncatedFile_failsByNameAtAnyLength() {
    byte[] file = Jpegs.resource("420");
    Image image = new Image();
    for (int length = 3; length < file.length; length++) {
      int shorter = length;
      CorruptImageException e =
          assertThrows(
              CorruptImageException.class,
              () ->
                  ImageDecoder.local()
                      .decode(
                          Arrays.copyOf(file, shorter), shorter, "x.jpg", DecodePlan.WHOLE, image));
      assertTrue(String.valueOf(e.getMessage()).contains("x.jpg"));
    }
  }

  @Test
  void missingPixels_beforeTheEndMarker_fail() {
    byte[] file = Jpegs.resource("420");
    byte[] hollow = Arrays.copyOf(file, file.length);
    // The last quarter of the pixels' data goes; the end marker stays.
    int cut = file.length * 3 / 4;
    hollow[cut] = (byte) 0xff;
    hollow[cut + 1] = (byte) 0xd9;
    assertThrows(
        IllegalArgumentException.class,
        () -> decoder.decode(hollow, hollow.length, whole(45, 35), new Image()));
  }

  @Test
  void anyDamage_neitherHangsNorEndsInAnotherError() {
    Random random = new Random(2);
    Image image = new Image();
    for (String name : new String[] {"420", "444", "420-optimized", "gray"}) {
      byte[] sound = Jpegs.resource(name);
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(60),
          () -> {
            for (int i = 0; i < 3000; i++) {
              byte[] file = sound.clone();
              for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                file[2 + random.nextInt(file.length - 2)] ^= (byte) (1 << random.nextInt(8));
              }
              try {
                decoder.decode(file, file.length, whole(3, 3), image);
              } catch (IllegalArgumentException e) {
                assertTrue(e.getMessage() != null);
              }
            }
          });
      // And it is still in order.
      assertEqualsOpenCv(name, sound);
    }
  }

  private void assertEqualsOpenCv(String what, byte[] file) {
    int[] size = new int[2];
    byte[] expected = openCv(file, size);
    int width = size[0];
    int height = size[1];
    Image image = new Image();
    assertTrue(decoder.decode(file, file.length, whole(width, height), image), what);
    assertArrayEquals(expected, image.toByteArray(), what);
    Random random = new Random(3);
    for (int i = 0; i < 12; i++) {
      int x = random.nextInt(width);
      int y = random.nextInt(height);
      int w = 1 + random.nextInt(width - x);
      int h = 1 + random.nextInt(height - y);
      Region region = new Region().set(x, y, w, h);
      assertTrue(decoder.decode(file, file.length, region, image), what);
      assertEquals(x, image.originX());
      assertEquals(width, image.originalWidth());
      byte[] part = new byte[w * h * 3];
      for (int row = 0; row < h; row++) {
        System.arraycopy(expected, ((y + row) * width + x) * 3, part, row * w * 3, w * 3);
      }
      assertArrayEquals(part, image.toByteArray(), what + " " + region);
    }
  }

  private static Region whole(int width, int height) {
    return new Region().set(0, 0, width, height);
  }

  /** Red, green, blue. */
  private static byte[] openCv(byte[] file, int[] size) {
    int flags = opencv_imgcodecs.IMREAD_COLOR | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
    try (BytePointer bytes = new BytePointer(file);
        Mat raw = new Mat(1, file.length, opencv_core.CV_8U, bytes);
        Mat mat = opencv_imgcodecs.imdecode(raw, flags)) {
      size[0] = mat.cols();
      size[1] = mat.rows();
      byte[] pixels = new byte[mat.cols() * mat.rows() * 3];
      mat.data().get(pixels);
      for (int i = 0; i < pixels.length; i += 3) {
        byte blue = pixels[i];
        pixels[i] = pixels[i + 2];
        pixels[i + 2] = blue;
      }
      return pixels;
    }
  }
}
