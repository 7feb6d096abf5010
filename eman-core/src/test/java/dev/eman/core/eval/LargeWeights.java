package dev.eman.core.eval;

import dev.eman.core.model.ParameterTable;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What diverged without a number that is not finite. */
public final class LargeWeights {
  private LargeWeights() {}

  /** Makes a network's features, and its outputs even more, leave float32's range. */
  public static void assign(ParameterTable parameters) {
    for (ParameterTable.Entry entry : parameters.entries()) {
      if (entry.name().endsWith("_beta") || entry.name().endsWith("fc_W")) {
        long end = entry.offset() + entry.length();
        parameters.vector().get(NDArrayIndex.interval(entry.offset(), end)).assign(1e25);
      }
    }
  }
}
