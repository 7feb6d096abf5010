package dev.eman.core.loss;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Embeddings divided by their lengths, {@code q = z / max(‖z‖, 1e-12)}, as PyTorch's {@code
 * F.normalize}.
 *
 * @param unit q, {@code [N, D]} in c order, of unit length
 * @param norms {@code [N, 1]}: what each row was divided by
 */
public record Directions(INDArray unit, INDArray norms) {
  private static final double EPSILON = 1e-12;

  /**
   * Normalises rows; new arrays.
   *
   * @param embeddings z, {@code [N, D]}; read
   */
  public static Directions of(INDArray embeddings) {
    INDArray norms = Transforms.max(embeddings.norm2(true, 1), EPSILON, false);
    return new Directions(embeddings.dup('c').divi(norms), norms);
  }

  /**
   * Takes a gradient back through the normalisation: what it has along q only changes the length.
   *
   * @param gradient {@code [N, D]} with respect to q; overwritten with the one with respect to z
   * @return the gradient
   */
  public INDArray backwardInPlace(INDArray gradient) {
    return gradient.subi(unit.mul(gradient.mul(unit).sum(true, 1))).divi(norms);
  }
}
