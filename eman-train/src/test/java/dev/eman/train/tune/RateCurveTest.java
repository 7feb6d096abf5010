package dev.eman.train.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableDoubleArray;
import dev.eman.train.tune.RateCurve.Suggestion;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RateCurveTest {
  private static final double LOWEST_RATE = 1e-5;
  private static final double DECADES = 6;

  /**
   * A curve as of a training: the loss falls from 2.3 by 1.5 around a rate, and rises again from
   * another one on.
   *
   * @param falls log10 of the rate around which it falls
   * @param rises log10 of the rate from which it rises
   */
  private static DoubleUnaryOperator loss(double falls, double rises) {
    return log -> 2.3 - 1.5 / (1 + Math.exp(-4 * (log - falls))) + Math.exp(6 * (log - rises)) / 3;
  }

  private static RateCurve curve(
      int steps, double scale, double noise, long seed, DoubleUnaryOperator loss) {
    Random random = new Random(seed);
    ImmutableDoubleArray.Builder rates = ImmutableDoubleArray.builder();
    ImmutableDoubleArray.Builder losses = ImmutableDoubleArray.builder();
    for (int i = 0; i < steps; i++) {
      double log = Math.log10(LOWEST_RATE) + DECADES * i / (steps - 1);
      double value = loss.applyAsDouble(log);
      if (value > 8) {
        break;
      }
      rates.add(scale * Math.pow(10, log));
      losses.add(value + noise * random.nextGaussian());
    }
    return new RateCurve(seed, rates.build(), losses.build(), true);
  }

  @Property(tries = 200)
  void suggestion_noisyCurve_liesBetweenTheFallAndTheRise(
      @ForAll @DoubleRange(min = -3.5, max = -2) double falls,
      @ForAll @DoubleRange(min = -0.8, max = 0.8) double rises,
      @ForAll @IntRange(min = 60, max = 150) int steps,
      @ForAll long seed) {
    RateCurve curve = curve(steps, 1, 0.1, seed, loss(falls, rises));
    Suggestion found = curve.suggestion().orElseThrow();
    double log = Math.log10(found.rate());
    assertTrue(log > falls - 0.7, found + " falls at " + falls);
    assertTrue(log < rises - 0.3, found + " rises at " + rises);
    assertTrue(found.steepest() <= found.lowest(), found::toString);
    assertTrue(found.rate() <= found.lowest(), found::toString);
    assertTrue(found.rate() >= found.steepest(), found::toString);
  }

  @Test
  void suggestion_smoothCurve_fallAndLowestAreFound() {
    Suggestion found = curve(200, 1, 0, 0, loss(-2, 0)).suggestion().orElseThrow();
    assertEquals(-2, Math.log10(found.steepest()), 0.06);
    assertEquals(-0.8, Math.log10(found.lowest()), 0.2);
    assertEquals(Math.max(found.lowest() / 10, found.steepest()), found.rate());
  }

  /** Units of the loss and of the rate do not matter. */
  @Property(tries = 100)
  void suggestion_scaledCurve_scales(
      @ForAll @DoubleRange(min = 0.01, max = 100) double scale,
      @ForAll @DoubleRange(min = 0.1, max = 50) double factor,
      @ForAll long seed) {
    DoubleUnaryOperator loss = loss(-2.5, 0);
    Suggestion one = curve(100, 1, 0.05, seed, loss).suggestion().orElseThrow();
    RateCurve scaled = curve(100, scale, 0.05, seed, loss);
    RateCurve both =
        new RateCurve(
            0,
            scaled.rates(),
            ImmutableDoubleArray.copyOf(scaled.losses().stream().map(value -> factor * value)),
            true);
    Suggestion other = both.suggestion().orElseThrow();
    assertEquals(scale * one.rate(), other.rate(), 1e-9 * scale);
    assertEquals(scale * one.lowest(), other.lowest(), 1e-9 * scale);
  }

  @Property(tries = 100)
  void suggestion_lossThatNeverFalls_none(@ForAll long seed) {
    RateCurve curve = curve(100, 1, 0.02, seed, log -> 2.3 + Math.exp(6 * log));
    assertFalse(curve.suggestion().isPresent());
  }

  @Test
  void suggestion_fewSteps_none() {
    assertFalse(curve(9, 1, 0, 0, loss(-3, 0)).suggestion().isPresent());
  }

  /** A loss that falls to the end of the range has its lowest there. */
  @Test
  void suggestion_neverRises_aTenthOfTheHighestRate() {
    Suggestion found = curve(100, 1, 0, 0, loss(-2, 9)).suggestion().orElseThrow();
    assertEquals(1, found.rate(), 1e-6);
    assertEquals(10, found.lowest(), 1e-6);
  }

  @Test
  void smoothed_constant_staysAndIsLong() {
    double[] smoothed = curve(50, 1, 0, 0, log -> 1.25).smoothed();
    assertEquals(50, smoothed.length);
    for (double value : smoothed) {
      assertEquals(1.25, value, 1e-12);
    }
  }

  @Test
  void new_ratesThatDoNotRise_refused() {
    ImmutableDoubleArray two = ImmutableDoubleArray.of(1, 1);
    assertThrows(IllegalArgumentException.class, () -> new RateCurve(0, two, two, false));
  }
}
