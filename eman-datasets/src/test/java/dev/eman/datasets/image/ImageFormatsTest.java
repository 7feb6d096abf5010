package dev.eman.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of all kinds against what Pillow 9.4 makes of them, to the bit. */
final class ImageFormatsTest {
  private final Image image = new Image();

  @ParameterizedTest
  @CsvFileSource(resources = "formats/expected.csv", numLinesToSkip = 1)
  void decode_anyKind_equalsPillow(
      String name,
      int width,
      int height,
      String crc,
      int turnedWidth,
      int turnedHeight,
      String turnedCrc) {
    byte[] file = Jpegs.file("formats/" + name);
    decode(name, file, Orientation.EXIF);
    assertEquals(turnedWidth + "x" + turnedHeight + " " + turnedCrc, described(), name);
    decode(name, file, Orientation.IGNORE);
    assertEquals(width + "x" + height + " " + crc, described(), name);
  }

  @ParameterizedTest
  @CsvSource({
    "jpeg.tif, found compression 7",
    "fax.tif, found compression 4",
    "lossless.webp, found a lossless one; convert it to PNG",
    "animated.webp, found an animation",
  })
  void decode_kindThatIsNotRead_namedAsWhatItIs(String name, String what) {
    assertRefused(name, Jpegs.file("formats/" + name), what);
  }

  @ParameterizedTest
  @CsvSource({
    "xxxxftypheic, 'expected a JPEG file, as its name says, found an HEIC file; convert it'",
    "xxxxftypavif, 'expected a JPEG file, as its name says, found an AVIF file; convert it'",
    "'<!DOCTYPE html><html>', 'expected a JPEG file, as its name says, found an HTML file'",
    "some text, 'expected a JPEG file, as its name says, found something else'",
  })
  void decode_nameOfAnotherKind_bothNamed(String content, String what) {
    assertRefused("photo.JPG", content.getBytes(StandardCharsets.US_ASCII), what);
  }

  @Test
  void decode_nameOfAnotherKindThatIsRead_decodedByContent() {
    for (String name : new String[] {"plain.gif", "lossy.webp", "palette.tif", "565.bmp"}) {
      byte[] file = Jpegs.file("formats/" + name);
      decode(name, file, Orientation.EXIF);
      String expected = described();
      decode("photo.jpg", file, Orientation.EXIF);
      assertEquals(expected, described());
    }
  }

  /** Pillow refuses these, and OpenCV takes all for blue, green, red. */
  @ParameterizedTest
  @CsvSource({
    "ff, ff00, ff0000, 1e5ac8, c8 5a 1e",
    "ff00, ff0000, ff000000, 1e5ac800, c8 5a 1e",
    "3ff00000, ffc00, 3ff, 3fe50c40, fe 50 0f",
  })
  void decode_bmpWithOtherMasks_colorsByTheMasks(
      String red, String green, String blue, String pixel, String expected) {
    byte[] file = bmp(32, red, green, blue, pixel);
    decode("x.bmp", file, Orientation.IGNORE);
    byte[] p = image.toByteArray();
    assertEquals(expected, String.format(Locale.ROOT, "%02x %02x %02x", p[0], p[1], p[2]));
  }

  @ParameterizedTest
  @CsvSource({
    "ff, ffff, ff0000",
    "ff, ff00, 0",
    "f0f, f0, f000",
  })
  void decode_bmpWithImpossibleMasks_refused(String red, String green, String blue) {
    assertRefused("x.bmp", bmp(32, red, green, blue, "0"), "expected masks of red, green and blue");
  }

  /** Pillow 9.4 leaves the fifth pixel out. */
  @Test
  void decode_bmpWithAnOddNumberOutsideOfRuns_allOfThem() {
    byte[] file = Jpegs.file("formats/runs-4.bmp");
    int at = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(10);
    decode("even", file, Orientation.IGNORE);
    byte[] expected = image.toByteArray();
    // 5 pixels alone, in 3 bytes and one that fills up, instead of 4 and a run of 1.
    byte[] odd = {0x05, 0x3a, 0, 0, 0, 5, 0x12, 0x34, 0x50, 0, 0, 0};
    System.arraycopy(odd, 0, file, at, odd.length);
    decode("odd", file, Orientation.IGNORE);
    assertArrayEquals(expected, image.toByteArray());
  }

  /** 2^32 - 1 rows, the default of TIFF 6.0: all are in one strip. */
  @Test
  void decode_tiffOfOneStripWithoutEnd_asThatOfItsHeight() {
    byte[] file = Jpegs.file("formats/rgb-raw.tif");
    decode("of 22 rows", file, Orientation.IGNORE);
    byte[] expected = image.toByteArray();
    ByteBuffer fields = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int rows = fields.getInt(4) + 2 + 7 * 12;
    assertEquals(TiffDirectory.ROWS_OF_STRIP, fields.getShort(rows));
    fields.putInt(rows + 8, -1);
    decode("of all rows", file, Orientation.IGNORE);
    assertArrayEquals(expected, image.toByteArray());
  }

  @Test
  void decode_truncatedAnywhere_refusedByName() {
    for (String name :
        new String[] {
          "plain.gif",
          "moved-frame.gif",
          "lossy.webp",
          "rgb-tiff_lzw.tif",
          "tiles-big.tif",
          "24.bmp"
        }) {
      byte[] file = Jpegs.file("formats/" + name);
      // The last bytes may be a trailer, fill up, or belong to nothing.
      for (int length = 0; length < file.length - 4; length += 1 + length / 37) {
        byte[] shorter = Arrays.copyOf(file, length);
        assertRefused(name, shorter, "");
      }
    }
  }

  private static byte[] bmp(int depth, String red, String green, String blue, String pixel) {
    ByteBuffer file = ByteBuffer.allocate(66 + 4).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 'B').put((byte) 'M').putInt(70).putInt(0).putInt(66);
    file.putInt(40).putInt(1).putInt(1).putShort((short) 1).putShort((short) depth);
    file.putInt(3).putInt(4).putLong(0).putLong(0);
    for (String number : new String[] {red, green, blue, pixel}) {
      file.putInt(Integer.parseUnsignedInt(number, 16));
    }
    return file.array();
  }

  private void assertRefused(String name, byte[] file, String what) {
    CorruptImageException e =
        assertThrows(CorruptImageException.class, () -> decode(name, file, Orientation.EXIF), name);
    assertTrue(e.getMessage().contains(name) && e.getMessage().contains(what), e.getMessage());
  }

  private void decode(String name, byte[] file, Orientation orientation) {
    ImageDecoder.local().decode(file, file.length, name, orientation, DecodePlan.WHOLE, image);
  }

  private String described() {
    CRC32 crc = new CRC32();
    crc.update(image.pixels(), 0, image.length());
    return String.format(Locale.ROOT, "%dx%d %08x", image.width(), image.height(), crc.getValue());
  }
}
