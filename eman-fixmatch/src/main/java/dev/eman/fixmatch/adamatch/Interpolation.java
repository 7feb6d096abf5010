package dev.eman.fixmatch.adamatch;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.StepContext;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The coefficients of random logit interpolation; section 3.1 of the paper. */
@FunctionalInterface
public interface Interpolation {
  /**
   * How much of the logits of the pass with all images is taken.
   *
   * @return {@code [images, classes]} in [0, 1]
   */
  INDArray coefficients(StepContext context, long images, long classes);

  /**
   * Uniform ones, functions of the seed, the step, the image's place in its pool, and how often the
   * image came before in its part of the batch, so that they are the same after a resumption, and
   * whichever device has the part. Where images have no places, the row in the part counts instead.
   */
  static Interpolation seeded(long seed) {
    return (context, images, classes) -> {
      ImmutableIntArray places = context.batch().labeledIndices();
      Multiset<Integer> before = HashMultiset.create();
      double[][] coefficients = new double[(int) images][(int) classes];
      for (int i = 0; i < images; i++) {
        Hasher hasher = Hashing.murmur3_128().newHasher().putLong(seed).putLong(context.step());
        int place = places.isEmpty() ? i : places.get(i);
        hasher.putInt(place).putInt(before.add(place, 1));
        SplittableRandom random = new SplittableRandom(hasher.hash().asLong());
        for (int k = 0; k < classes; k++) {
          coefficients[i][k] = random.nextDouble();
        }
      }
      return Nd4j.createFromArray(coefficients);
    };
  }
}
