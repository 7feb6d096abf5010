package dev.eman.train.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class MeanStdTest {
  @Test
  void of_severalSeeds_isTheSampleDeviation() {
    MeanStd found = MeanStd.of(List.of(90.0, 94.0, 92.0, 96.0));
    assertEquals(93, found.mean(), 1e-12);
    assertEquals(Math.sqrt((9 + 1 + 1 + 9) / 3.0), found.std(), 1e-12);
    assertEquals("93.00 ± 2.58", found.toString());
  }

  @Test
  void of_oneSeedOrNone_hasNoDeviation() {
    assertEquals(new MeanStd(90.125, 0, 1), MeanStd.of(List.of(90.125)));
    assertEquals("90.13", MeanStd.of(List.of(90.125)).toString());
    assertEquals("-", MeanStd.of(List.of()).toString());
  }
}
