package dev.eman.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * JPEG as cameras write it, with flaws that libjpeg warns of at most. What it makes of lost restart
 * markers is in {@link ImageFormatsTest} as well.
 */
final class JpegIrregularTest {
  private static final String NAME = "some/picture.jpg";
  private static final byte[] STRAY = {1, (byte) 0xff, 0, 2, (byte) 0xff};

  private final Image image = new Image();

  @ParameterizedTest
  @ValueSource(strings = {"420", "gray", "420-optimized", "420-progressive", "cmyk"})
  void decode_strayBytesBetweenSegments_sameImageWithAWarning(String name) {
    byte[] sound = Jpegs.resource(name);
    byte[] expected = decode(sound);
    assertEquals(ImmutableList.of(), image.warnings());
    for (int at : headers(sound)) {
      assertArrayEquals(expected, decode(inserted(sound, at, STRAY)), name + " at " + at);
      assertEquals(ImmutableList.of("4 stray bytes between segments"), image.warnings());
    }
  }

  @Test
  void decode_restartMarkersAndFillBytesBetweenSegments_sameImageWithoutAWarning() {
    byte[] sound = Jpegs.resource("420");
    byte[] expected = decode(sound);
    for (int at : headers(sound)) {
      byte[] more = {(byte) 0xff, (byte) 0xd3, (byte) 0xff, (byte) 0xff};
      assertArrayEquals(expected, decode(inserted(sound, at, more)));
      assertEquals(ImmutableList.of(), image.warnings());
    }
  }

  /** The frames of motion JPEG, which are decoded with the tables of the standard. */
  @ParameterizedTest
  @ValueSource(strings = {"420", "444", "gray"})
  void decode_withoutHuffmanTables_sameImage(String name) {
    byte[] sound = Jpegs.resource(name);
    byte[] expected = decode(sound);
    byte[] without = sound;
    for (int at = segment(without, 0xc4); at >= 0; at = segment(without, 0xc4)) {
      int size = 2 + ((without[at + 2] & 0xff) << 8 | (without[at + 3] & 0xff));
      without =
          Bytes.concat(
              Arrays.copyOf(without, at), Arrays.copyOfRange(without, at + size, without.length));
      assertArrayEquals(expected, decode(without), name);
    }
    assertTrue(without.length < sound.length - 20);
    decodeHalf(without);
    assertEquals((45 + 1) / 2, image.width());
  }

  @Test
  void decode_paddingBehindTheEnd_sameImage() {
    byte[] sound = Jpegs.resource("420");
    byte[] padded = Arrays.copyOf(sound, 5 * sound.length);
    assertArrayEquals(decode(sound), decode(padded));
    // But the end marker of a thumbnail in the header is none of the image's.
    byte[] thumbnail = {(byte) 0xff, (byte) 0xe1, 0, 6, (byte) 0xff, (byte) 0xd9, 0, 0};
    byte[] cut = inserted(Arrays.copyOf(sound, sound.length - 2), 2, thumbnail);
    assertRefused(Arrays.copyOf(cut, 5 * cut.length), "it has no end marker");
  }

  @ParameterizedTest
  @ValueSource(strings = {"420", "420-progressive"})
  void decode_truncatedBehindALargeThumbnail_refused(String name) {
    byte[] sound = Jpegs.resource(name);
    // Its end marker lies in the back half of what is left of the file.
    byte[] thumbnail = new byte[2 + 20_000];
    thumbnail[0] = (byte) 0xff;
    thumbnail[1] = (byte) 0xe1;
    thumbnail[2] = (byte) (20_000 >> 8);
    thumbnail[3] = (byte) (20_000 & 0xff);
    thumbnail[thumbnail.length - 2] = (byte) 0xff;
    thumbnail[thumbnail.length - 1] = (byte) 0xd9;
    byte[] whole = inserted(sound, 2, thumbnail);
    assertArrayEquals(decode(sound), decode(whole));
    int scan = segment(whole, 0xda);
    for (int length : new int[] {scan + 40, (scan + whole.length) / 2, whole.length - 2}) {
      assertRefused(Arrays.copyOf(whole, length), "it has no end marker");
    }
  }

  /** The whole images are compared with Pillow's in {@link ImageFormatsTest}. */
  @ParameterizedTest
  @ValueSource(strings = {"lost", "two-lost", "last-lost", "bytes-before", "ahead-2", "ahead-7"})
  void decode_lostRestart_partsAreThoseOfTheWhole(String flaw) {
    byte[] file = Jpegs.file("formats/restart-" + flaw + ".jpg");
    byte[] whole = decode(file);
    int width = image.width();
    Random random = new Random(7);
    for (int i = 0; i < 20; i++) {
      int x = random.nextInt(width - 8);
      int y = random.nextInt(image.originalHeight() - 8);
      ImageDecoder.local()
          .decode(file, file.length, NAME, (w, h, region) -> region.set(x, y, 8, 8), image);
      for (int row = 0; row < 8; row++) {
        int from = ((y + row) * width + x) * 3;
        assertArrayEquals(
            Arrays.copyOfRange(whole, from, from + 24),
            Arrays.copyOfRange(image.pixels(), row * 24, row * 24 + 24));
      }
    }
  }

  @Test
  void decode_lostRestart_warns() {
    byte[] file = Jpegs.file("formats/restart-lost.jpg");
    decode(file);
    assertTrue(
        image.warnings().contains("1 restart marker lost or misnumbered"),
        image.warnings().toString());
    // At reduced scale too, where another library decodes sound files.
    ImageDecoder.local()
        .decode(file, file.length, NAME, (w, h, r) -> r.set(0, 0, w, h).reduceFor(9, 7), image);
    assertTrue(!image.warnings().isEmpty());
    assertEquals(1, image.reduction());
  }

  @Test
  void decode_restartsOfTheRestOfTheFileLost_refused() {
    byte[] sound = Jpegs.file("formats/restart.jpg");
    int third = restarts(sound).get(3);
    byte[] cut = Bytes.concat(Arrays.copyOf(sound, third), new byte[] {(byte) 0xff, (byte) 0xd9});
    assertRefused(cut, "expected restart marker 3, found the end");
  }

  @Test
  void decode_markerThatLibjpegRefuses_refused() {
    byte[] sound = Jpegs.resource("420");
    for (int marker : new int[] {0x4a, 0xbf, 0xc8, 0xd8, 0xdf, 0xf0}) {
      byte[] more = {(byte) 0xff, (byte) marker, 0, 2};
      assertRefused(inserted(sound, 2, more), "expected a marker at byte 2, found ff");
    }
  }

  @Test
  void count_irregularFile_countedOnce() {
    byte[] file = inserted(Jpegs.resource("444"), 2, new byte[] {(byte) 0xff, 0});
    int before = DecodeWarnings.count();
    for (int i = 0; i < 3; i++) {
      ImageDecoder.local().decode(file, file.length, "counted.jpg", DecodePlan.WHOLE, image);
    }
    assertEquals(before + 1, DecodeWarnings.count());
  }

  private void assertRefused(byte[] file, String what) {
    CorruptImageException e = assertThrows(CorruptImageException.class, () -> decode(file), what);
    assertTrue(e.getMessage().contains(what) && e.getMessage().contains(NAME), e.getMessage());
  }

  private byte[] decode(byte[] file) {
    ImageDecoder.local().decode(file, file.length, NAME, DecodePlan.WHOLE, image);
    return image.toByteArray();
  }

  private void decodeHalf(byte[] file) {
    ImageDecoder.local()
        .decode(
            file, file.length, NAME, (w, h, r) -> r.set(0, 0, w, h).reduceFor(w / 2, h / 2), image);
  }

  /** Where the segments up to the first scan begin. */
  private static List<Integer> headers(byte[] file) {
    List<Integer> places = new ArrayList<>();
    JpegSegments segments = new JpegSegments(file, file.length);
    int at = 2;
    while (segments.advance()) {
      places.add(at);
      at = segments.next;
      if (segments.marker == JpegSegments.START_OF_SCAN) {
        break;
      }
    }
    return places.subList(1, places.size()); // Pillow, too, knows a JPEG by its first marker.
  }

  private static int segment(byte[] file, int marker) {
    JpegSegments segments = new JpegSegments(file, file.length);
    for (int at = 2; segments.advance(); at = segments.next) {
      if (segments.marker == marker) {
        return at;
      }
      if (segments.marker == JpegSegments.START_OF_SCAN) {
        break;
      }
    }
    return -1;
  }

  private static List<Integer> restarts(byte[] file) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i + 1 < file.length; i++) {
      if ((file[i] & 0xff) == 0xff && (file[i + 1] & 0xf8) == 0xd0) {
        places.add(i);
      }
    }
    return places;
  }

  private static byte[] inserted(byte[] file, int at, byte[] more) {
    return Bytes.concat(Arrays.copyOf(file, at), more, Arrays.copyOfRange(file, at, file.length));
  }
}
