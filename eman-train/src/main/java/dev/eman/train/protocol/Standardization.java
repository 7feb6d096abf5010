package dev.eman.train.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.eval.LinearLayer;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Moves and scales features to mean 0 and deviation 1: {@code (x - mean) * scale}.
 *
 * @param mean float32 {@code [1, D]}
 * @param scale float32 {@code [1, D]}; 0 where a feature does not vary, since it says nothing
 */
public record Standardization(INDArray mean, INDArray scale) {
  private static final double CONSTANT = 1e-12;

  /** Checks the shapes. */
  public Standardization {
    checkArgument(
        mean.rank() == 2 && mean.size(0) == 1 && Arrays.equals(mean.shape(), scale.shape()),
        "standardization: expected [1, D] twice, got %s and %s",
        Arrays.toString(mean.shape()),
        Arrays.toString(scale.shape()));
  }

  /** One that changes nothing. */
  static Standardization none(int features) {
    return new Standardization(
        Nd4j.zeros(DataType.FLOAT, 1, features), Nd4j.ones(DataType.FLOAT, 1, features));
  }

  /**
   * That of some features.
   *
   * @param rows float32 {@code [N, D]}; read
   */
  public static Standardization of(INDArray rows) {
    INDArray mean = rows.mean(0).reshape(1, rows.size(1));
    INDArray scale = rows.std(false, 0).reshape(1, rows.size(1));
    for (long d = 0; d < scale.length(); d++) {
      double found = scale.getDouble(d);
      scale.putScalar(d, found > CONSTANT ? 1 / found : 0);
    }
    return new Standardization(mean, scale);
  }

  /** Standardises features {@code [N, D]}; returns a new array. */
  INDArray apply(INDArray rows) {
    return rows.sub(mean).muli(scale);
  }

  /** The classifier of features as they were, of one of standardised features. */
  LinearLayer undo(LinearLayer standardized) {
    return standardized.after(mean, scale);
  }
}
