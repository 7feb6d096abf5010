package dev.eman.fixmatch.adamatch;

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
   * Uniform ones, functions of the seed, the step and the image's place in its pool, so that they
   * are the same after a resumption, and whichever device has the image.
   */
  static Interpolation seeded(long seed) {
    return (context, images, classes) -> {
      ImmutableIntArray places = context.batch().labeledIndices();
      double[][] coefficients = new double[(int) images][(int) classes];
      for (int i = 0; i < images; i++) {
        long hash =
            Hashing.murmur3_128()
                .newHasher()
                .putLong(seed)
                .putLong(context.step())
                .putInt(places.isEmpty() ? i : places.get(i))
                .hash()
                .asLong();
        SplittableRandom random = new SplittableRandom(hash);
        for (int k = 0; k < classes; k++) {
          coefficients[i][k] = random.nextDouble();
        }
      }
      return Nd4j.createFromArray(coefficients);
    };
  }
}
