package dev.eman.datasets.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.Region;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class AugmentationPropertyTest {
  private static Image noise(int width, int height, int channels, long seed) {
    byte[] pixels = new byte[width * height * channels];
    new Random(seed).nextBytes(pixels);
    return Image.of(pixels, width, height, channels);
  }

  private static byte[] view(Transform transform, Image image, long seed) {
    ViewRandom random = new ViewRandom();
    random.seed(seed, 1, 2, 3);
    transform.apply(image, random);
    return image.toByteArray();
  }

  @Property(tries = 400)
  void everyPolicy_anyImage_givesTheSizeAndTheSameViewTwice(
      @ForAll AugmentationPreset preset,
      @ForAll @IntRange(min = 1, max = 70) int width,
      @ForAll @IntRange(min = 1, max = 70) int height,
      @ForAll @IntRange(min = 1, max = 40) int size,
      @ForAll boolean color,
      @ForAll long seed) {
    int channels = color ? 3 : 1;
    Transform transform = preset.create(size);
    Image image = noise(width, height, channels, seed);
    byte[] first = view(transform, image, seed);
    assertEquals(size, image.width());
    assertEquals(size, image.height());
    assertEquals(channels, image.channels());
    // A buffer that has held something larger makes no difference.
    Image used = noise(90, 80, 3, 0);
    used.copyFrom(noise(width, height, channels, seed));
    assertArrayEquals(first, view(transform, used, seed));
  }

  @Property(tries = 300)
  void aPlan_staysInTheImage(
      @ForAll AugmentationPreset preset,
      @ForAll @IntRange(min = 1, max = 900) int width,
      @ForAll @IntRange(min = 1, max = 900) int height,
      @ForAll long seed) {
    ViewRandom random = new ViewRandom();
    random.seed(seed, 0, 0, 0);
    Region region = new Region();
    preset.create(32).plan(width, height, random, region);
    assertTrue(region.x() >= 0 && region.x() + region.width() <= width, region::toString);
    assertTrue(region.y() >= 0 && region.y() + region.height() <= height, region::toString);
  }

  @Property(tries = 100)
  void randomNumbers_ofNeighbours_differ(@ForAll long seed, @ForAll @IntRange(min = 0) int index) {
    Set<Long> seen = new HashSet<>();
    ViewRandom random = new ViewRandom();
    for (int i = 0; i < 3; i++) {
      for (int epoch = 0; epoch < 3; epoch++) {
        for (int view = 0; view < 3; view++) {
          random.seed(seed, epoch, index + (long) i, view);
          seen.add(random.nextLong());
        }
      }
    }
    assertEquals(27, seen.size());
  }

  @Property(tries = 50)
  void chance_isFairAndUniform(@ForAll long seed) {
    ViewRandom random = new ViewRandom();
    random.seed(seed, 0, 0, 0);
    int[] counts = new int[10];
    int n = 20_000;
    int heads = 0;
    for (int i = 0; i < n; i++) {
      counts[random.nextInt(10)]++;
      heads += random.chance(0.3) ? 1 : 0;
    }
    // Six standard deviations.
    assertFalse(Arrays.stream(counts).anyMatch(c -> Math.abs(c - n / 10) > 6 * 43), "uniform");
    assertTrue(Math.abs(heads - 0.3 * n) < 6 * 65, "fair: " + heads);
  }
}
