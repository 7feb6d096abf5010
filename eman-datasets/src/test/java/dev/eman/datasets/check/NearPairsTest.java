package dev.eman.datasets.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableLongArray;
import dev.eman.datasets.image.Image;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class NearPairsTest {
  private static final int IMAGES = 900;

  @Test
  void of_randomLooksWithNearOnes_thoseOfComparingAll() {
    Random random = new Random(5);
    Looks looks = new Looks(IMAGES);
    for (int i = 0; i < IMAGES; i++) {
      for (int k = 0; k < Looks.LENGTH; k++) {
        double level =
            i % 3 == 0
                ? (random.nextDouble() - (k == 0 ? 0 : 0.5)) * 255
                : looks.get(i - 1, k) / (double) Looks.SCALE
                    + random.nextInt(-2, 3)
                    + (random.nextInt(40) == 0 ? 2 : 0);
        looks.set(i, k, i % 3 == 2 ? Math.rint(level) : level);
      }
    }
    TreeSet<Long> expected = new TreeSet<>();
    for (int i = 0; i < IMAGES; i++) {
      for (int j = i + 1; j < IMAGES; j++) {
        boolean near = true;
        for (int k = 0; k < Looks.LENGTH; k++) {
          near &=
              Math.abs(looks.get(i, k) - looks.get(j, k)) <= NearPairs.MOST_LEVELS * Looks.SCALE;
        }
        if (near) {
          expected.add(((long) i << 32) | j);
        }
      }
    }
    NearPairs.Found all = NearPairs.of(IntStream.range(0, IMAGES).toArray(), looks);
    ImmutableLongArray found = all.pairs();
    assertTrue(all.complete());
    assertTrue(expected.size() > 50, expected::toString);
    assertEquals(expected, new TreeSet<>(found.asList()));
    assertEquals(expected.size(), found.length()); // Each once.
  }

  @Test
  void of_thousandsAlikeBeforeAPair_incompleteAndThePairIsThere() {
    int alike = 2_100;
    Looks looks = new Looks(alike + 2);
    for (int i = alike; i < alike + 2; i++) {
      looks.set(i, 0, 200);
    }
    NearPairs.Found found = NearPairs.of(IntStream.range(0, alike + 2).toArray(), looks);
    assertFalse(found.complete());
    assertTrue(found.pairs().contains(((long) alike << 32) | (alike + 1)));
  }

  /** A wave along x of amplitude 10 around 100 is its frequency alone. */
  @Test
  void set_wave_meanAndThatFrequency() {
    byte[] pixels = new byte[Looks.SIDE * Looks.SIDE];
    for (int i = 0; i < pixels.length; i++) {
      int x = i % Looks.SIDE;
      pixels[i] =
          (byte) Math.rint(100 + 10 * Math.cos(Math.PI * 2 * (2 * x + 1) / (2.0 * Looks.SIDE)));
    }
    Looks looks = new Looks(1);
    looks.set(0, Image.of(pixels, Looks.SIDE, Looks.SIDE, 1));
    assertEquals(100, looks.get(0, 0) / (double) Looks.SCALE, 0.3);
    assertEquals(10 / Math.sqrt(2), looks.get(0, 4) / (double) Looks.SCALE, 0.3);
    for (int k : new int[] {1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}) {
      assertEquals(0, looks.get(0, k) / (double) Looks.SCALE, 0.3);
    }
  }
}
