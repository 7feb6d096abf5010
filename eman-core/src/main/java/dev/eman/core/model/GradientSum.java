package dev.eman.core.model;

import static com.google.common.base.Preconditions.checkState;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The gradient of a step: the sum over parts of the sums over their backward passes, each of which
 * overwrites the flat vector. Other orders of the sum would differ in the last bits, and depend on
 * which parts a machine has.
 */
final class GradientSum {
  /** Regions that are announced have at least so many elements, but for the last: 64 KiB. */
  private static final long LEAST = 1 << 14;

  /** And of large vectors, 1 MiB: what a network carries well. */
  private static final long MOST = 1 << 18;

  private static final int REGIONS = 8;

  private final INDArray flat;
  private final Summand passesBefore = new Summand();
  private final Summand partsBefore = new Summand();
  private int passes;
  private int parts;

  /** What of the flat vector has not been announced is below this index. */
  private long pending;

  /** Of no pass. */
  GradientSum(INDArray flat) {
    this.flat = flat;
  }

  /** Keeps what the pass is about to overwrite. */
  void beginPass() {
    if (passes > 0) {
      passesBefore.keep();
    } else if (parts > 0) {
      partsBefore.keep();
    }
  }

  void endPass() {
    if (passes > 0) {
      flat.addi(passesBefore.kept());
    }
    passes++;
  }

  void endPart() {
    if (passes > 0) {
      if (parts > 0) {
        flat.addi(partsBefore.kept());
      }
      passes = 0;
      parts++;
    }
  }

  /**
   * Takes the place of {@link #endPass} and {@link #endPart} for one region after the other.
   *
   * @return to be told from where on the pass has come to its end
   */
  LongConsumer announcing(GradientListener listener) {
    long least = Math.max(LEAST, Math.min(MOST, flat.length() / REGIONS));
    pending = flat.length();
    return from -> {
      if (from < pending && (from == 0 || pending - from >= least)) {
        addBefore(from, pending);
        listener.onFinal(from, pending);
        pending = from;
      }
    };
  }

  private void addBefore(long from, long to) {
    if (passes > 0) {
      region(flat, from, to).addi(region(passesBefore.kept(), from, to));
    }
    if (parts > 0) {
      region(flat, from, to).addi(region(partsBefore.kept(), from, to));
    }
  }

  /** After all of {@link #announcing}. */
  void endLastPass() {
    checkState(pending == 0, "gradient: expected all to be final, found %s not", pending);
    passes = 0;
    parts++;
  }

  boolean isEmpty() {
    return passes == 0 && parts == 0;
  }

  void clear() {
    passes = 0;
    parts = 0;
  }

  private static INDArray region(INDArray vector, long from, long to) {
    return vector.get(NDArrayIndex.interval(from, to));
  }

  /** A copy of the flat vector in memory that is used again. */
  private final class Summand {
    private @Nullable INDArray copy;

    void keep() {
      if (copy == null) {
        copy = flat.dup();
      } else {
        copy.assign(flat);
      }
    }

    INDArray kept() {
      if (copy == null) {
        throw new IllegalStateException("nothing was kept");
      }
      return copy;
    }
  }
}
