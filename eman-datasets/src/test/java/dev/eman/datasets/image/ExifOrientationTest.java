package dev.eman.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.Bytes;
import dev.eman.datasets.augment.Transform;
import dev.eman.datasets.augment.Transforms;
import dev.eman.datasets.augment.ViewRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Turned photos; whole ones are compared with Pillow in {@link ImageFormatsTest}. */
final class ExifOrientationTest {
  private static final String NAME = "photo.jpg";

  private final Image whole = new Image();
  private final Image image = new Image();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void decode_part_thatOfTheTurnedImage(int orientation) {
    byte[] file = Jpegs.file("formats/turned-" + orientation + ".jpg");
    decode(file, DecodePlan.WHOLE, whole);
    assertEquals(orientation > 4 ? 13 : 21, whole.width());
    Random random = new Random(orientation);
    for (int i = 0; i < 20; i++) {
      int x = random.nextInt(whole.width());
      int y = random.nextInt(whole.height());
      int across = 1 + random.nextInt(whole.width() - x);
      int down = 1 + random.nextInt(whole.height() - y);
      decode(file, (w, h, region) -> region.set(x, y, across, down), image);
      assertEquals(whole.width(), image.originalWidth());
      assertEquals(whole.height(), image.originalHeight());
      assertEquals(x, image.originX());
      assertEquals(y, image.originY());
      assertArrayEquals(cropped(whole, x, y, across, down), image.toByteArray());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void decode_randomCrop_sameViewAsOfTheWholeTurnedImage(int orientation) {
    byte[] file = Jpegs.file("formats/turned-" + orientation + ".jpg");
    Transform crop = Transforms.randomResizedCrop(16, 0.2, 1);
    ViewRandom random = new ViewRandom();
    for (int i = 0; i < 10; i++) {
      int number = i;
      random.seed(1, 2, number, 3);
      decode(file, (w, h, region) -> crop.plan(w, h, random, region), image);
      random.seed(1, 2, number, 3);
      crop.apply(image, random);
      decode(file, DecodePlan.WHOLE, whole);
      random.seed(1, 2, number, 3);
      crop.apply(whole, random);
      assertArrayEquals(whole.toByteArray(), image.toByteArray());
    }
  }

  /** Of a size that reduced pixels divide, and of one that they do not. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void decode_atReducedScale_thatOfTheTurnedImage(int orientation) {
    for (int side : new int[] {64, 61}) {
      byte[] plain = Jpegs.encode(side, 48, 90, 0, false, false, new Random(3));
      byte[] file = noting(plain, orientation);
      decode(file, DecodePlan.WHOLE, whole);
      decode(file, (w, h, region) -> region.set(0, 0, w, h).reduceFor(w / 4, h / 4), image);
      boolean mirrored = orientation == 2 || orientation == 3 || orientation > 6;
      int expected = side == 61 && mirrored ? 1 : 4;
      assertEquals(expected, image.reduction());
      assertEquals(whole.width(), image.originalWidth());
      assertEquals((whole.width() + expected - 1) / expected, image.width());
      long difference = 0;
      for (int y = 0; y < whole.height() / 4; y++) {
        for (int x = 0; x < whole.width() / 4; x++) {
          int step = 4 / expected;
          difference +=
              Math.abs(mean(whole, 4 * x, 4 * y, 4) - mean(image, step * x, step * y, step));
        }
      }
      assertTrue(difference < 4 * whole.width() * whole.height() / 16, "difference " + difference);
    }
  }

  @Test
  void decode_whateverItsFormat_turnedOrNot() {
    for (String name : new String[] {"turned.png", "turned.webp", "turned.tif"}) {
      byte[] file = Jpegs.file("formats/" + name);
      decode(file, DecodePlan.WHOLE, whole);
      ImageDecoder.local().decode(file, file.length, NAME, DecodePlan.WHOLE, image);
      assertEquals(whole.width(), image.height(), name);
    }
  }

  /** By another type, of several values, beyond the end, or in a segment of another kind. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "457869660000 49492a0008000000 0100 1201 0200 01000000 06000000 00000000",
        "457869660000 49492a0008000000 0100 1201 0300 02000000 06000600 00000000",
        "457869660000 49492a0008000000 0100 1201 0300 01000000 00000000 00000000",
        "457869660000 49492a0008000000 ffff 1201 0300 01000000 09000000 00000000",
        "457869660000 49492a00ffffffff 0100 1201 0300 01000000 06000000 00000000",
        "457869660000 49492a0008000000 0100 1201 0300",
        "457869660000 4d4d2a0000000008 0001 0112 0003 00000001 00060000 00000000",
        "687474703a00 49492a0008000000 0100 1201 0300 01000000 06000000 00000000",
        "4578"
      })
  void decode_orientationThatMeansNothing_asStored(String segment) {
    byte[] body = HexFormat.of().parseHex(segment.replace(" ", ""));
    byte[] plain = Jpegs.resource("420");
    decode(plain, DecodePlan.WHOLE, whole);
    decode(withSegment(plain, body), DecodePlan.WHOLE, image);
    assertArrayEquals(whole.toByteArray(), image.toByteArray());
    assertEquals(45, image.width());
  }

  private static byte[] noting(byte[] file, int orientation) {
    String little = "457869660000 49492a0008000000 0100 1201 0300 01000000 0%d000000 00000000";
    return withSegment(
        file,
        HexFormat.of().parseHex(String.format(Locale.ROOT, little, orientation).replace(" ", "")));
  }

  private static byte[] withSegment(byte[] file, byte[] body) {
    byte[] head = {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe1, 0, (byte) (2 + body.length)};
    return Bytes.concat(head, body, Arrays.copyOfRange(file, 2, file.length));
  }

  private static int mean(Image of, int x, int y, int side) {
    int sum = 0;
    for (int i = 0; i < side * side; i++) {
      sum += of.get(x + i % side, y + i / side, 1);
    }
    return sum / (side * side);
  }

  private static byte[] cropped(Image from, int x, int y, int across, int down) {
    Image part = new Image();
    part.copyFrom(from);
    Geometry.cropInPlace(part, x, y, across, down);
    return part.toByteArray();
  }

  private static void decode(byte[] file, DecodePlan plan, Image into) {
    ImageDecoder.local().decode(file, file.length, NAME, Orientation.EXIF, plan, into);
  }
}
