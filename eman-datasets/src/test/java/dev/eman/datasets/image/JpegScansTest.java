package dev.eman.datasets.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.fuzz.Reading;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JPEGs that OpenCV decodes: it makes an image of damaged ones too. */
final class JpegScansTest {
  private static final String NAME = "some/picture.jpg";
  private static final byte[] END = {(byte) 0xff, (byte) 0xd9};
  private static final DecodePlan HALF =
      (width, height, region) -> region.set(0, 0, width, height).reduceFor(width / 2, height / 2);

  private final Image image = new Image();

  @ParameterizedTest
  @ValueSource(strings = {"420", "422", "444", "gray", "420-optimized", "420-progressive", "cmyk"})
  void check_soundFile_hasNothingToSay(String name) {
    new JpegScans().check(Jpegs.resource(name), Jpegs.resource(name).length);
  }

  /** Every size of the last blocks, with and without restart markers. */
  @Test
  void check_soundProgressiveFiles_haveNothingToSay() {
    JpegScans scans = new JpegScans(); // Its buffers are used again.
    Random random = new Random(1);
    for (int i = 0; i < 120; i++) {
      int width = 1 + random.nextInt(70);
      int height = 1 + random.nextInt(70);
      byte[] file =
          Jpegs.encode(width, height, 20 + random.nextInt(80), i % 3, true, i % 4 == 3, random);
      scans.check(file, file.length);
      decode(file, DecodePlan.WHOLE);
      assertEquals(width, image.width());
    }
  }

  /** The file ends within a scan, but with the marker that ends an image. */
  @Test
  void decode_progressiveCutWithinAScan_isRefusedWhereverThatIs() {
    byte[] sound = Jpegs.resource("420-progressive");
    List<Integer> scans = segments(sound, 0xda);
    int tries = 0;
    for (int i = 0; i < scans.size(); i++) {
      int next = i + 1 < scans.size() ? scans.get(i + 1) : sound.length;
      int middle = (scans.get(i) + 14 + next) / 2;
      if (next - scans.get(i) > 30) {
        assertRefused(joined(Arrays.copyOf(sound, middle), END), DecodePlan.WHOLE, "");
        tries++;
      }
    }
    assertTrue(tries > 3, "scans: " + tries);
  }

  @Test
  void decode_progressiveWithoutOneOfItsScans_isRefused() {
    byte[] sound = Jpegs.resource("420-progressive");
    List<Integer> scans = segments(sound, 0xda);
    assertEquals(10, scans.size());
    byte[] without =
        joined(
            Arrays.copyOf(sound, scans.get(0)),
            Arrays.copyOfRange(sound, scans.get(1), sound.length));
    assertRefused(without, DecodePlan.WHOLE, "a scan before this one is missing");
    byte[] none = joined(Arrays.copyOf(sound, scans.get(0)), END);
    assertRefused(joined(none, new byte[0]), DecodePlan.WHOLE, "the file is truncated");
  }

  @Test
  void decode_progressiveWithBytesTooManyOrTooFew_isRefused() {
    byte[] sound = Jpegs.resource("420-progressive");
    int scan = segments(sound, 0xda).get(0) + 14;
    byte[] head = Arrays.copyOf(sound, scan + 20);
    byte[] rest = Arrays.copyOfRange(sound, scan + 20, sound.length);
    assertRefused(joined(head, joined(new byte[8], rest)), DecodePlan.WHOLE, "");
    byte[] fewer = Arrays.copyOfRange(rest, 8, rest.length);
    assertRefused(joined(head, fewer), DecodePlan.WHOLE, "");
    int second = segments(sound, 0xda).get(1);
    byte[] before = Arrays.copyOf(sound, segmentBefore(sound, second));
    byte[] behind = Arrays.copyOfRange(sound, before.length, sound.length);
    assertRefused(
        joined(before, joined(new byte[8], behind)),
        DecodePlan.WHOLE,
        "more data than its blocks take");
  }

  @Test
  void decode_progressiveWithAnotherRestartMarker_isRefused() {
    byte[] sound = Jpegs.encode(64, 64, 80, 3, true, true, new Random(2));
    int changed = 0;
    for (int i = 0; i + 1 < sound.length; i++) {
      if ((sound[i] & 0xff) == 0xff && (sound[i + 1] & 0xf8) == 0xd0) {
        byte[] damaged = sound.clone();
        damaged[i + 1] ^= 1;
        assertRefused(damaged, DecodePlan.WHOLE, "expected restart marker");
        changed++;
      }
    }
    assertTrue(changed > 20, "markers: " + changed);
  }

  /** At reduced scale OpenCV decodes those as well that are ours otherwise. */
  @ParameterizedTest
  @ValueSource(strings = {"420", "444", "gray", "420-optimized"})
  void decode_cutSequentialFile_isRefusedAtAnyScale(String name) {
    byte[] sound = Jpegs.resource(name);
    int scan = segments(sound, 0xda).get(0) + 14;
    byte[] cut = joined(Arrays.copyOf(sound, (scan + sound.length) / 2), END);
    assertRefused(cut, DecodePlan.WHOLE, "ends early");
    assertRefused(cut, HALF, "ends early");
    decode(sound, DecodePlan.WHOLE);
    int width = image.width();
    decode(sound, HALF);
    assertEquals((width + 1) / 2, image.width());
  }

  /** A size that would take hundreds of megabytes, in a file that ends long before. */
  @ParameterizedTest
  @ValueSource(strings = {"420", "gray", "420-progressive"})
  void decode_largeSizeWithLittleData_isRefusedBeforeMemoryIsTaken(String name) {
    byte[] file = Arrays.copyOf(Jpegs.resource(name), 150_000); // So that it could be.
    System.arraycopy(END, 0, file, file.length - 2, 2);
    int frame = segments(file, name.equals("420-progressive") ? 0xc2 : 0xc0).get(0);
    for (int at : new int[] {frame + 5, frame + 7}) {
      file[at] = (byte) (12_000 >> 8);
    }
    decode(Jpegs.resource(name), DecodePlan.WHOLE); // Loads OpenCV, which takes memory once.
    Reading.refusesWithin(NAME, 64 << 20, () -> decode(file, DecodePlan.WHOLE));
  }

  /** Each scan costs a look at every block, but few bytes. */
  @Test
  void decode_moreScansThanAnyProgramWrites_isRefused() {
    byte[] sound = Jpegs.resource("420-progressive");
    int scan = segments(sound, 0xda).get(0);
    int next = segmentBefore(sound, segments(sound, 0xda).get(1));
    byte[] first = Arrays.copyOfRange(sound, scan, next);
    first[13] = 0; // All bits at once, so that it can be there again.
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(sound, 0, scan);
    for (int i = 0; i < 100; i++) {
      file.writeBytes(first);
    }
    byte[] many = joined(file.toByteArray(), END);
    new JpegScans().check(many, many.length);
    file.writeBytes(first);
    assertRefused(joined(file.toByteArray(), END), DecodePlan.WHOLE, "more than 100 scans");
  }

  private void assertRefused(byte[] file, DecodePlan plan, String what) {
    CorruptImageException e =
        assertThrows(CorruptImageException.class, () -> decode(file, plan), what);
    assertTrue(e.getMessage().contains(what), e.getMessage());
    assertTrue(e.getMessage().contains(NAME), e.getMessage());
  }

  private void decode(byte[] file, DecodePlan plan) {
    ImageDecoder.local().decode(file, file.length, NAME, plan, image);
  }

  /** The end of the scan before a place: the first marker behind its data. */
  private static int segmentBefore(byte[] file, int scan) {
    int at = segments(file, 0xda).stream().filter(s -> s < scan).reduce(0, (a, b) -> b) + 14;
    while ((file[at] & 0xff) != 0xff || file[at + 1] == 0) {
      at++;
    }
    return at;
  }

  private static List<Integer> segments(byte[] file, int marker) {
    List<Integer> found = new ArrayList<>();
    for (int i = 2; i + 1 < file.length; i++) {
      if ((file[i] & 0xff) == 0xff && (file[i + 1] & 0xff) == marker) {
        found.add(i);
      }
    }
    return found;
  }

  private static byte[] joined(byte[] a, byte[] b) {
    byte[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }
}
