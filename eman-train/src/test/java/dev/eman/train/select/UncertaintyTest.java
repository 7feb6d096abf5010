package dev.eman.train.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class UncertaintyTest {
  private static final double[] EVEN = {0.25, 0.25, 0.25, 0.25};
  private static final double[] SURE = {0, 1, 0, 0};
  private static final double[] OTHER = {0, 0, 1, 0};

  @Test
  void of_handMadeRows_knownValues() {
    double[] half = {0.5, 0.25, 0.25, 0};
    assertEquals(0.75, Uncertainty.MARGIN.of(SURE, half), 1e-12);
    assertEquals(1, Uncertainty.MARGIN.of(SURE, EVEN), 1e-12);
    assertEquals(0.75, Uncertainty.ENTROPY.of(SURE, half), 1e-12); // 1.5 of 2 bits.
    assertEquals(1, Uncertainty.ENTROPY.of(SURE, EVEN), 1e-12);
    assertEquals(0, Uncertainty.DISAGREEMENT.of(half, half), 1e-12);
    assertEquals(1, Uncertainty.DISAGREEMENT.of(SURE, OTHER), 1e-12);
    // H(3/4, 1/4) = 3/4 log₂ 4/3 + 1/2, less the mean of 0 and 1 bits.
    assertEquals(
        0.75 * (Math.log(4 / 3.0) / Math.log(2)),
        Uncertainty.DISAGREEMENT.of(new double[] {1, 0}, new double[] {0.5, 0.5}),
        1e-12);
  }

  @Property(tries = 200)
  void of_anyRows_fromZeroToOneAndSymmetric(@ForAll long seed) {
    Random random = new Random(seed);
    double[] p = row(random);
    double[] q = row(random);
    for (Uncertainty kind : Uncertainty.values()) {
      double value = kind.of(p, q);
      assertTrue(value >= -1e-12 && value <= 1 + 1e-12, kind + ": " + value);
    }
    assertEquals(Uncertainty.DISAGREEMENT.of(p, q), Uncertainty.DISAGREEMENT.of(q, p), 1e-12);
  }

  private static double[] row(Random random) {
    double[] row = new double[5];
    double sum = 0;
    for (int k = 0; k < 5; k++) {
      row[k] = Math.exp(4 * random.nextGaussian());
      sum += row[k];
    }
    for (int k = 0; k < 5; k++) {
      row[k] /= sum;
    }
    return row;
  }
}
