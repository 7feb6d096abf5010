package dev.eman.train.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableDoubleArray;
import dev.eman.core.UsageException;
import dev.eman.train.options.OptimizerOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.TrainingOptionsBuilder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TuneTest {
  private static TrainingOptionsBuilder small(String algorithm) {
    return TrainingOptions.builder(algorithm)
        .dataset("fashion-mnist-mini")
        .backbone("resnet8-w4")
        .size(16)
        .batch(16)
        .unlabeledRatio(1)
        .workers(1);
  }

  /** Steps take so long that there is time for one test of 57. */
  private static final class SlowMachine implements Timing {
    @Override
    public Measured measure(TrainingOptions options, double most) {
      return new Measured(options.batch().size(), 1, 0.9, 0);
    }

    @Override
    public long usedBytes() {
      return 0;
    }

    @Override
    public long mostBytes() {
      return 1;
    }
  }

  private static TuneResult run(TrainingOptions options, TuneListener listener) {
    return Tune.of(options).minutes(1).on(new SlowMachine()).run(listener);
  }

  /** What came, in order. */
  private static final class Log implements TuneListener {
    private final List<String> lines = new ArrayList<>();

    @Override
    public void timed(BatchTrial trial) {
      lines.add("timed");
    }

    @Override
    public void timedAll(String why) {
      lines.add("timedAll");
    }

    @Override
    public void testing(int tests, int steps) {
      lines.add("testing");
    }

    @Override
    public void tested(RateCurve curve) {
      lines.add("tested");
    }
  }

  @Test
  void run_fixmatch_suggestsARateWithinTheRangeAndItsOptions() {
    Log log = new Log();
    TuneResult result = run(small("fixmatch").build(), log);
    assertEquals(List.of("timed", "timedAll", "testing", "tested"), log.lines);
    assertEquals(16, result.batch());
    RateCurve first = result.curves().get(0);
    assertEquals(1e-5, first.rates().get(0), 1e-12);
    assertEquals(2.3, first.smoothed()[0], 0.5); // The logarithm of ten classes.
    double rate = result.learningRate().orElseThrow();
    assertTrue(rate > 1e-4 && rate < 1.01, "rate " + rate);
    assertEquals(rate, result.tuned().optimizer().learningRate());
    assertEquals(result.batch(), result.tuned().batch().size());
    assertEquals("fixmatch", result.tuned().algorithm());
  }

  @Test
  void run_withoutLabels_works() {
    TuneResult result =
        run(
            small("moco")
                .algorithmOption("queue", 256)
                .algorithmOption("teacher_momentum", 0.9)
                .build(),
            TuneListener.NONE);
    assertEquals(1, result.curves().size());
    assertTrue(result.curves().get(0).losses().length() >= RateCurve.FEWEST);
  }

  @Test
  void measured_fixmatch_stepsAreTimedWithoutAFolder() {
    Timing.Measured measured = Timing.MEASURED.measure(small("fixmatch").build(), 0);
    assertEquals(32, measured.images());
    assertTrue(measured.most() > 1000, measured::toString);
    assertTrue(measured.stepSeconds() > 0 && measured.openingSeconds() > 0, measured::toString);
    assertTrue(Timing.MEASURED.mostBytes() > Timing.MEASURED.usedBytes());
  }

  @Test
  void run_tooLittleTime_saysHowMuchIsNeeded() {
    Tune tune = Tune.of(small("supervised").build()).minutes(0.5).on(new SlowMachine());
    UsageException e = assertThrows(UsageException.class, () -> tune.run(TuneListener.NONE));
    assertEquals(
        "--minutes: expected at least 0.7, for a test of 40 steps of 0.90 s each, got 0.5",
        e.getMessage());
  }

  private static RateCurve curve(double scale, boolean falls) {
    ImmutableDoubleArray.Builder rates = ImmutableDoubleArray.builder();
    ImmutableDoubleArray.Builder losses = ImmutableDoubleArray.builder();
    for (int i = 0; i < 40; i++) {
      rates.add(scale * Math.pow(10, i / 10.0 - 4));
      losses.add(falls ? 2 - 0.04 * i : 2);
    }
    return new RateCurve(0, rates.build(), losses.build(), false);
  }

  private static TuneResult result(TrainingOptions options, RateCurve... curves) {
    return new TuneResult(
        options,
        ImmutableList.of(new BatchTrial(16, 16, 0.1), new BatchTrial(32, 32, 0.1)),
        32,
        ImmutableList.copyOf(curves));
  }

  @Test
  void suggested_ratesOfTests_theirGeometricMeanAndTheBackbonesInProportion() {
    TrainingOptions options =
        small("supervised").learningRate(0.1).backboneLearningRate(0.01).build();
    TuneResult result = result(options, curve(1, true), curve(100, true), curve(10, false));
    // A tenth of the last rates, 0.079 and 7.9, of the two that fall.
    assertEquals(0.079, result.suggestions().get(0).rate(), 0.001);
    assertEquals(0.79, result.learningRate().orElseThrow());
    OptionTexts texts = result.suggested();
    assertEquals("0.079", texts.text(OptimizerOptions.BACKBONE_LEARNING_RATE).orElseThrow());
    assertEquals(32, result.tuned().batch().size());
    assertEquals(0.79, result.tuned().optimizer().learningRate());
  }

  @Test
  void suggested_fewTestsFall_noRate() {
    TuneResult result =
        result(
            small("supervised").batch(32).build(),
            curve(1, true),
            curve(1, false),
            curve(1, false));
    assertTrue(result.learningRate().isEmpty());
    assertTrue(result.suggested().isEmpty());
  }
}
