package dev.eman.core.algorithm;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.eman.core.EmanException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What workers tell one another beside the step itself: a row each, which travels as a
 * contribution, so that no message of its own is needed.
 */
final class WorkerRows {
  /** No algorithm's contribution has this name. */
  private static final String NAME = "eman.worker";

  private static final long PIECE = 1 << 20;

  private final StudentTeacherAlgorithm algorithm;
  private final int partsEach;
  private final String common;

  WorkerRows(StudentTeacherAlgorithm algorithm, int partsEach, String common) {
    this.algorithm = algorithm;
    this.partsEach = partsEach;
    this.common = common;
  }

  /**
   * Compares what the workers start from, in an exchange of one number.
   *
   * @throws EmanException if it differs
   */
  void compare(StepExchange exchange) {
    INDArray nothing = Nd4j.zeros(DataType.FLOAT, 1);
    exchange.begin(nothing);
    PartialStep own =
        new PartialStep(
            1, nothing, Nd4j.empty(DataType.FLOAT), Contributions.NONE, StepScalars.NONE);
    INDArray all = rows(exchange.finish(with(own, start())));
    String[] names = {"steps done", "parts", "parameters", "configuration or data", "weights"};
    for (int rank = 1; rank < all.size(0); rank++) {
      for (int i = 0; i < names.length; i++) {
        if (all.getLong(rank, i) != all.getLong(0, i)) {
          throw new EmanException(
              String.format(
                  Locale.ROOT,
                  "worker %d: expected the %s of worker 0, %s, got %s; all workers of a run need"
                      + " the same options, data and checkpoint",
                  rank,
                  names[i],
                  text(i, all.getLong(0, i)),
                  text(i, all.getLong(rank, i))));
        }
      }
    }
  }

  private static String text(int column, long value) {
    return column < 3 ? Long.toString(value) : String.format(Locale.ROOT, "#%016x", value);
  }

  private long[] start() {
    return new long[] {
      algorithm.steps(),
      partsEach,
      algorithm.student().parameters().vector().length(),
      Hashing.sha256().hashString(common, StandardCharsets.UTF_8).asLong(),
      weights()
    };
  }

  /** Of all that the algorithm remembers. */
  private long weights() {
    Hasher hasher = Hashing.murmur3_128().newHasher();
    put(hasher, algorithm.student().parameters().vector());
    put(hasher, algorithm.student().optimizerState());
    if (algorithm.teacher() != null) {
      put(hasher, algorithm.teacher().parameters().vector());
    }
    for (Map.Entry<String, INDArray> state : algorithm.savedState().entrySet()) {
      hasher.putUnencodedChars(state.getKey());
      put(hasher, state.getValue());
    }
    return hasher.hash().asLong();
  }

  private static void put(Hasher hasher, INDArray array) {
    INDArray flat = array.dup('c').reshape(array.length());
    for (long from = 0; from < flat.length(); from += PIECE) {
      long to = Math.min(flat.length(), from + PIECE);
      for (double value : flat.get(NDArrayIndex.interval(from, to)).toDoubleVector()) {
        hasher.putLong(Double.doubleToRawLongBits(value));
      }
    }
  }

  /** A step with this worker's row. */
  PartialStep addTo(PartialStep own, boolean stop) {
    return with(own, algorithm.steps(), stop ? 1 : 0);
  }

  /**
   * Whether any worker has asked to stop.
   *
   * @param whole of all workers
   */
  boolean stopRequested(PartialStep whole) {
    INDArray all = rows(whole);
    boolean stop = false;
    for (int rank = 0; rank < all.size(0); rank++) {
      stop |= all.getLong(rank, 1) != 0;
    }
    return stop;
  }

  /** The step as the algorithm has it. */
  static PartialStep removeFrom(PartialStep whole) {
    return whole.withContributions(whole.contributions().without(NAME));
  }

  private static PartialStep with(PartialStep own, long... row) {
    return own.withContributions(
        own.contributions().plus(NAME, Reduction.GATHER, Nd4j.createFromArray(new long[][] {row})));
  }

  private static INDArray rows(PartialStep whole) {
    return whole.contributions().get(NAME);
  }
}
