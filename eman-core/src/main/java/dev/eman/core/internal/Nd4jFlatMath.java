package dev.eman.core.internal;

import dev.eman.core.internal.FlatMath.AverageRun;
import dev.eman.core.internal.FlatMath.Norms;
import dev.eman.core.internal.FlatMath.Run;
import dev.eman.core.internal.FlatMath.SgdStep;
import java.lang.ref.Reference;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What {@link FlatMath} does by ND4J's own in-place operations, for float64 and for backends whose
 * memory the host cannot reach. The updates make no temporary arrays.
 */
final class Nd4jFlatMath {
  /** Elements of a float32 vector that are copied as float64 at a time, 32 MiB. */
  private static final long WIDENED = 1 << 22;

  private Nd4jFlatMath() {}

  /** One run of {@link FlatMath#averageInPlace}. */
  static void average(INDArray teacher, INDArray student, double momentum, AverageRun run) {
    if (run.length() == 0 || momentum == 1) {
      return;
    }
    INDArray t = slice(teacher, run.teacherOffset(), run.length());
    INDArray s = slice(student, run.studentOffset(), run.length());
    if (momentum == 0) {
      t.assign(s);
    } else {
      t.muli(momentum);
      axpy(1 - momentum, s, t);
    }
  }

  /** One run of {@link FlatMath#sgdStepInPlace}. */
  static void sgd(
      INDArray parameters, INDArray gradient, INDArray momentumBuffer, SgdStep step, Run run) {
    if (run.length() == 0) {
      return;
    }
    INDArray p = slice(parameters, run.offset(), run.length());
    INDArray g = slice(gradient, run.offset(), run.length());
    double rate = step.learningRate();
    double decay = run.weightDecay();
    if (run.gradientScale() != 1) {
      g = g.mul(run.gradientScale());
    }
    if (step.momentum() == 0) {
      p.muli(1 - rate * decay);
      axpy(-rate, g, p);
      return;
    }
    INDArray v = slice(momentumBuffer, run.offset(), run.length());
    v.muli(step.momentum());
    axpy(1, g, v);
    axpy(decay, p, v);
    if (step.nesterov()) {
      p.muli(1 - rate * decay);
      axpy(-rate, g, p);
      axpy(-rate * step.momentum(), v, p);
    } else {
      axpy(-rate, v, p);
    }
  }

  /** See {@link FlatMath#norms}. */
  static Norms norms(INDArray parameters, INDArray gradient, Run run) {
    INDArray p = slice(parameters, run.offset(), run.length());
    try (INDArray d = p.mul(run.weightDecay())) {
      d.addi(slice(gradient, run.offset(), run.length()));
      return new Norms(
          Math.sqrt(squares(p, 0, run.length())), Math.sqrt(squares(d, 0, run.length())));
    }
  }

  /** A sum of squares in float64; a float32 vector is made wider a piece at a time. */
  static double squares(INDArray vector, long offset, long length) {
    double sum = 0;
    for (long done = 0; done < length; done += WIDENED) {
      INDArray piece = slice(vector, offset + done, Math.min(WIDENED, length - done));
      double norm;
      if (piece.dataType() == DataType.DOUBLE) {
        norm = piece.norm2Number().doubleValue();
      } else {
        try (INDArray wide = piece.castTo(DataType.DOUBLE)) {
          norm = wide.norm2Number().doubleValue();
        }
      }
      sum += norm * norm;
    }
    return sum;
  }

  /** See {@link FlatMath#anyNonFinite}. */
  static boolean anyNonFinite(INDArray values, long offset, long length) {
    // 0 x is 0 for every finite x, and NaN for the others.
    try (INDArray zeros = slice(values, offset, length).mul(0)) {
      return Double.isNaN(zeros.sumNumber().doubleValue());
    }
  }

  private static void axpy(double alpha, INDArray x, INDArray y) {
    if (alpha != 0) {
      try {
        Nd4j.getBlasWrapper().axpy((Number) alpha, x, y);
      } finally {
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(y);
      }
    }
  }

  private static INDArray slice(INDArray vector, long offset, long length) {
    INDArray flat = vector.rank() == 1 ? vector : vector.reshape('c', true, vector.length());
    return flat.get(NDArrayIndex.interval(offset, offset + length));
  }
}
