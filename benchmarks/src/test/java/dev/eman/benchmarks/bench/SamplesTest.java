package dev.eman.benchmarks.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SamplesTest {
  @Test
  void median_oddAndEvenCounts_middleOrMeanOfTheMiddleTwo() {
    Samples samples = new Samples();
    samples.add("odd", 9, 1);
    samples.add("odd", 2);
    samples.add("even", 4, 1, 100, 2);
    assertEquals(2, samples.median("odd"));
    assertEquals(3, samples.median("even"));
    assertNull(samples.median("none"));
    assertEquals(
        List.of("none", "even", "odd"),
        List.copyOf(samples.medians(List.of("none", "even", "odd")).keySet()));
  }

  @Test
  void ratio_twoValues_firstOverSecondToThreeDigits() {
    assertEquals(0.667, Samples.ratio(2.0, 3.0));
    assertNull(Samples.ratio(null, 3.0));
    assertNull(Samples.ratio(2.0, null));
    assertNull(Samples.rounded(Double.NaN));
  }
}
