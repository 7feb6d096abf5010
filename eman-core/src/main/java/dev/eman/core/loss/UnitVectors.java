package dev.eman.core.loss;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Embeddings divided by their Euclidean norms, {@code u = z / max(‖z‖, 1e-12)} as PyTorch's {@code
 * F.normalize}, and the way back for a gradient. Immutable.
 */
public final class UnitVectors {
  private static final double EPSILON = 1e-12;

  private final INDArray directions;
  private final INDArray norms;

  private UnitVectors(INDArray directions, INDArray norms) {
    this.directions = directions;
    this.norms = norms;
  }

  /**
   * Divides each row by its norm.
   *
   * @param embeddings z, {@code [N, D]}, float32 or float64; read
   */
  public static UnitVectors of(INDArray embeddings) {
    Arrays2d.checkMatrix("embeddings", embeddings);
    INDArray norms = Transforms.max(embeddings.norm2(true, 1), EPSILON, false);
    return new UnitVectors(embeddings.dup('c').divi(norms), norms);
  }

  /** The rows u {@code [N, D]}, of length 1 except for zeros; do not write. */
  public INDArray directions() {
    return directions;
  }

  /**
   * The gradient with respect to the embeddings: {@code dz = (du − u (u·du)) / ‖z‖}, since along u
   * only the length changes.
   *
   * @param gradient du, {@code [N, D]}, with respect to {@link #directions}; read
   * @return {@code [N, D]}, newly allocated
   */
  public INDArray backward(INDArray gradient) {
    Arrays2d.checkSameShape("gradient", gradient, directions);
    INDArray along = directions.mul(gradient).sum(true, 1);
    return gradient.sub(directions.mul(along)).divi(norms);
  }
}
