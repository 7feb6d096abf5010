package dev.eman.weights;

import dev.eman.core.model.ParameterTable;
import java.nio.charset.StandardCharsets;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The weights of {@code filled} in {@code make_fixtures.py}: large networks without large files.
 */
final class FormulaWeights {
  private FormulaWeights() {}

  static void fill(ComputationGraph network) {
    fill(network, "");
  }

  /**
   * Fills a network with other values.
   *
   * @param salt before each name; {@code make_layouts.py} has it too
   */
  static void fill(ComputationGraph network, String salt) {
    ParameterTable table = ParameterTable.of(network);
    for (ParameterTable.Entry entry : table.entries()) {
      String name = WeightNames.torchName(entry);
      long seed = 0xCBF29CE484222325L;
      for (byte c : (salt + name).getBytes(StandardCharsets.UTF_8)) {
        seed = (seed ^ c) * 0x100000001B3L;
      }
      float[] values = new float[(int) entry.length()];
      var shape = WeightNames.torchShape(entry);
      double bound = Math.sqrt(6.0 * shape.get(0) / values.length);
      for (int i = 0; i < values.length; i++) {
        double u = (splitMix(seed + i) >>> 40) / 0x1p24;
        double v;
        if (shape.size() > 1) {
          v = (2 * u - 1) * bound;
        } else if (name.endsWith("running_var")) {
          v = 0.5 + u;
        } else if (name.endsWith(".weight")) {
          v = 0.25 + 0.5 * u;
        } else {
          v = 0.2 * (u - 0.5);
        }
        values[i] = (float) v;
      }
      table
          .vector()
          .get(NDArrayIndex.interval(entry.offset(), entry.offset() + entry.length()))
          .assign(Nd4j.createFromArray(values));
    }
  }

  private static long splitMix(long x) {
    long z = x + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
