package dev.eman.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.Bytes;
import dev.eman.core.fuzz.Damage;
import dev.eman.core.fuzz.FuzzSettings;
import dev.eman.core.fuzz.Reading;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.Test;

/**
 * Damaged images. JPEG and BMP have no checksums: of those only damage to the structure can be
 * noticed, and other pixels pass. In a PNG every byte that matters is covered.
 */
@AddLifecycleHook(FuzzSettings.class)
final class ImageFuzzTest {
  private static final String NAME = "some/picture.jpg";
  private static final int WIDTH = 23;
  private static final int HEIGHT = 17;

  /** The middle, at the scale that a small view would take. */
  private static final DecodePlan MIDDLE =
      (width, height, region) ->
          region
              .set(width / 4, height / 4, (width + 1) / 2, (height + 1) / 2)
              .reduceFor(WIDTH / 4, HEIGHT / 4);

  private static final byte[] SOUND = encode("png", false);

  private final Image image = new Image();

  @Provide
  Arbitrary<byte[]> noise() {
    Arbitrary<byte[]> beginnings =
        Arbitraries.of(
                "ffd8ff",
                "89504e470d0a1a0a",
                "424d",
                "474946383961",
                "49492a0008000000",
                "4d4d002a00000008",
                "524946463000000057454250565038",
                "52494646",
                "")
            .map(HexFormat.of()::parseHex);
    return Combinators.combine(beginnings, Damage.noise())
        .as((a, b) -> ByteBuffer.allocate(a.length + b.length).put(a).put(b).array());
  }

  @Provide
  Arbitrary<Damage> damage() {
    return Damage.any();
  }

  @Provide
  Arbitrary<byte[]> jpegs() {
    return Arbitraries.of("420", "422", "444", "gray", "420-optimized", "420-progressive", "cmyk")
        .map(Jpegs::resource);
  }

  @Property(tries = 500)
  void decode_noise_neverAnImage(@ForAll("noise") byte[] file) throws Exception {
    assertFalse(decodes(file, DecodePlan.WHOLE));
  }

  @Property(tries = 800)
  void decode_damagedJpeg_errorOrImage(
      @ForAll("jpegs") byte[] sound, @ForAll("damage") Damage damage, @ForAll boolean whole)
      throws Exception {
    decodes(damage.to(sound), whole ? DecodePlan.WHOLE : MIDDLE);
    // And the decoder, which keeps its buffers, is in order.
    byte[] expected = pixels(sound, new Image());
    assertArrayEquals(expected, pixels(sound, image));
  }

  @Property(tries = 800)
  void decode_damagedPng_errorOrTheSameImage(@ForAll("damage") Damage damage, @ForAll boolean gray)
      throws Exception {
    byte[] sound = encode("png", gray);
    byte[] expected = pixels(sound, new Image());
    if (decodes(damage.to(sound), DecodePlan.WHOLE)) {
      assertArrayEquals(expected, image.toByteArray());
    }
  }

  @Property(tries = 500)
  void decode_damagedBmp_errorOrImage(@ForAll("damage") Damage damage, @ForAll boolean gray)
      throws Exception {
    decodes(damage.to(encode("bmp", gray)), DecodePlan.WHOLE);
  }

  /** All other formats and kinds, turned or not. */
  @Property(tries = 1500)
  void decode_damagedFileOfAnyKind_errorOrImage(
      @ForAll("kinds") String name, @ForAll("damage") Damage damage, @ForAll boolean whole)
      throws Exception {
    byte[] sound = Jpegs.file("formats/" + name);
    byte[] file = damage.to(sound);
    Orientation turned = whole ? Orientation.EXIF : Orientation.IGNORE;
    decodes(file, turned, whole ? DecodePlan.WHOLE : MIDDLE);
    // Where the orientation is, and the sizes, damage is the likeliest to be followed.
    byte[] head = damage.to(Arrays.copyOf(sound, Math.min(sound.length, 100)));
    byte[] rest = Arrays.copyOfRange(sound, Math.min(sound.length, 100), sound.length);
    decodes(Bytes.concat(head, rest), Orientation.EXIF, MIDDLE);
  }

  @Provide
  Arbitrary<String> kinds() {
    return Arbitraries.of(
        new String(Jpegs.file("formats/expected.csv"), StandardCharsets.US_ASCII)
            .lines()
            .skip(1)
            .map(line -> line.substring(0, line.indexOf(',')))
            .toList());
  }

  /** Sizes that would take gigabytes, in headers that are in order. */
  @Property(tries = 100)
  void decode_claimedSize_refusedBeforeAllocation(
      @ForAll("sizes") Tuple.Tuple2<Integer, Integer> size, @ForAll("formats") String format)
      throws Exception {
    byte[] file = claiming(format, size.get1(), size.get2());
    assertFalse(decodes(file, DecodePlan.WHOLE), format);
    assertFalse(decodes(file, MIDDLE), format);
  }

  @Provide
  Arbitrary<Tuple.Tuple2<Integer, Integer>> sizes() {
    Arbitrary<Integer> side = Arbitraries.of(0, 9000, 20_000, 65_500, 65_535);
    return Combinators.combine(side, side).as(Tuple::of);
  }

  @Provide
  Arbitrary<String> formats() {
    return Arbitraries.of("420", "gray", "420-progressive", "cmyk", "png", "bmp");
  }

  @Test
  void decode_sound_isRead() {
    for (String format : new String[] {"png", "bmp"}) {
      for (boolean gray : new boolean[] {false, true}) {
        assertEquals(WIDTH * HEIGHT * 3, pixels(encode(format, gray), image).length);
      }
    }
  }

  @Test
  void decode_anotherFormatThatOpenCvKnows_error() {
    byte[] file = "P2 1 1 255 7 ".getBytes(StandardCharsets.US_ASCII);
    assertThrows(CorruptImageException.class, () -> pixels(file, image));
  }

  private boolean decodes(byte[] file, DecodePlan plan) throws Exception {
    return decodes(file, Orientation.IGNORE, plan);
  }

  private boolean decodes(byte[] file, Orientation orientation, DecodePlan plan) throws Exception {
    pixels(SOUND, image); // Loads OpenCV, which takes memory once.
    return Reading.succeedsOrNames(
        NAME,
        () -> {
          ImageDecoder.local().decode(file, file.length, NAME, orientation, plan, image);
          assertTrue(image.width() > 0 && image.height() > 0);
          assertTrue(image.pixels().length >= image.width() * image.height() * 3);
        });
  }

  private static byte[] pixels(byte[] file, Image into) {
    ImageDecoder.local().decode(file, file.length, NAME, DecodePlan.WHOLE, into);
    return into.toByteArray();
  }

  /** A sound file but for its size. */
  private static byte[] claiming(String format, int width, int height) {
    if (format.equals("bmp")) {
      byte[] file = encode(format, false);
      ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(18, width).putInt(22, height);
      return file;
    }
    if (format.equals("png")) {
      byte[] file = encode(format, false);
      CRC32 crc = new CRC32();
      ByteBuffer.wrap(file).putInt(16, width).putInt(20, height);
      crc.update(file, 12, 17);
      ByteBuffer.wrap(file).putInt(29, (int) crc.getValue());
      return file;
    }
    byte[] file = Jpegs.resource(format);
    int at = 2;
    while ((file[at + 1] & 0xff) < 0xc0 || (file[at + 1] & 0xff) > 0xc2) {
      at += 2 + ByteBuffer.wrap(file).getShort(at + 2);
    }
    ByteBuffer.wrap(file).putShort(at + 5, (short) height).putShort(at + 7, (short) width);
    return file;
  }

  private static byte[] encode(String format, boolean gray) {
    BufferedImage picture =
        new BufferedImage(
            WIDTH, HEIGHT, gray ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      picture.setRGB(i % WIDTH, i / WIDTH, i * 7919);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, format, out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }
}
