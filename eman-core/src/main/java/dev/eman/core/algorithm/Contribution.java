package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What parts of a batch have contributed to an algorithm's state under one name. The form in which
 * it travels between machines.
 *
 * @param reduction how it is reduced
 * @param value the sum of what was contributed, or the gathered rows; float32, float64, int32 or
 *     int64, a mean floating-point; not written
 * @param count how many times it was contributed, at least 1
 */
public record Contribution(Reduction reduction, INDArray value, int count) {
  /** Checks the count, the type, and that there are rows to gather. */
  public Contribution {
    checkArgument(count > 0, "count: expected at least 1, got %s", count);
    checkArgument(
        reduction != Reduction.GATHER || value.rank() > 0,
        "%s: expected rows [N, ...], got a scalar",
        reduction);
    checkArgument( // With one part too: its quotient would be cut off with several alone.
        reduction != Reduction.MEAN || value.dataType().isFPType(),
        "%s: expected a floating-point type, got %s; convert it (castTo)",
        reduction,
        value.dataType());
    ArrayCodec.checkType(value.dataType());
  }

  /** Both, this one's rows first; a new array. */
  Contribution plus(String name, Contribution other) {
    int from = reduction == Reduction.GATHER ? 1 : 0; // Numbers of rows may differ.
    checkArgument(
        reduction == other.reduction
            && value.rank() == other.value.rank()
            && Arrays.equals(
                value.shape(), from, value.rank(), other.value.shape(), from, value.rank())
            && value.dataType() == other.value.dataType(),
        "%s: expected a contribution like the one before, %s, got %s",
        name,
        description(),
        other.description());
    INDArray both =
        reduction == Reduction.GATHER ? Nd4j.concat(0, value, other.value) : value.add(other.value);
    return new Contribution(reduction, both, count + other.count);
  }

  private String description() {
    return reduction + " of " + value.dataType() + " " + Arrays.toString(value.shape());
  }

  /** The sum, the mean, or all rows. */
  INDArray reduced() {
    return reduction == Reduction.MEAN && count > 1 ? value.div(count) : value;
  }
}
