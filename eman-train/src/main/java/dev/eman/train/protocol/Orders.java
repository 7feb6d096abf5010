package dev.eman.train.protocol;

import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** Orders of images, reproducible by seed. */
final class Orders {
  private static final long SAMPLE_SEED = -1;

  private Orders() {}

  /** Some of the numbers from 0 to {@code from - 1}, always the same ones. */
  static ImmutableIntArray sample(int from, int count) {
    return ImmutableIntArray.copyOf(Arrays.copyOf(shuffled(from, SAMPLE_SEED), count));
  }

  /** The numbers from 0 to {@code count - 1}, shuffled. */
  static int[] shuffled(int count, long seed) {
    int[] order = IntStream.range(0, count).toArray();
    Random random = new Random(seed);
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }
}
