package dev.eman.fixmatch.adamatch;

import static java.util.Objects.requireNonNull;

import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.StepContext;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Random logit interpolation of a step: labelled logits are {@code c z + (1 − c) z′}, z of the pass
 * with all images and z′ of one with the labelled images alone. That second pass is run once
 * without a gradient, for its logits, and again with one, when the loss is known.
 */
final class MixedLogits {
  private final Interpolation interpolation;
  private @Nullable INDArray alone;
  private @Nullable INDArray coefficients;
  private @Nullable INDArray gradientAlone;
  private long drawn;

  MixedLogits(Interpolation interpolation) {
    this.interpolation = interpolation;
  }

  /** Computes z′, before the pass with all images. */
  void begin(StepContext context) {
    drawn = Nd4j.getRandom().nextLong() | 1; // ND4J takes 0 for the time of day.
    Nd4j.getRandom().setSeed(drawn);
    alone = context.studentWithoutGradient(context.batch().requireLabeled())[0];
  }

  /**
   * Mixes the logits of both passes.
   *
   * @param joint z, {@code [N, K]}; read
   * @return a new array
   */
  INDArray of(StepContext context, INDArray joint) {
    INDArray other = requireNonNull(alone);
    alone = null;
    coefficients =
        interpolation.coefficients(context, joint.size(0), joint.size(1)).castTo(joint.dataType());
    return other.add(joint.sub(other).muli(coefficients));
  }

  /**
   * Divides the gradient of the mixed logits among both passes.
   *
   * @param gradient {@code [N, K]}; becomes that of z
   */
  void divide(INDArray gradient) {
    INDArray c = requireNonNull(coefficients);
    gradientAlone = gradient.mul(c.rsub(1));
    gradient.muli(c);
  }

  /** The second pass, with its gradient. */
  LossTerms finish(StepContext context) {
    Nd4j.getRandom().setSeed(drawn); // For dropout: the gradient is that of these logits.
    context.studentKeepingStatistics(context.batch().requireLabeled());
    return LossTerms.builder().gradient(requireNonNull(gradientAlone)).build();
  }
}
