package dev.eman.report;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableDoubleArray;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.tune.RateCurve;
import dev.eman.train.tune.TuneResult;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuneReportTest {
  @TempDir private Path folder;

  private static TuneResult result(double... losses) {
    ImmutableDoubleArray.Builder rates = ImmutableDoubleArray.builder();
    for (int i = 1; i <= losses.length; i++) {
      rates.add(0.01 * i);
    }
    RateCurve curve =
        new RateCurve(0, rates.build(), ImmutableDoubleArray.copyOf(losses), losses.length == 0);
    return new TuneResult(
        OptionTexts.empty().with("algorithm", "supervised").resolve(),
        ImmutableList.of(),
        8,
        ImmutableList.of(curve));
  }

  /** The loss was not finite at the first step. */
  @Test
  void writeChart_nothingMeasured_deletesTheFormerOne() {
    Path file = folder.resolve("tune.png");
    assertTrue(TuneReport.writeChart(result(2, 1.5, 1), file));
    assertTrue(Files.exists(file));
    assertFalse(TuneReport.writeChart(result(), file));
    assertFalse(Files.exists(file));
  }
}
