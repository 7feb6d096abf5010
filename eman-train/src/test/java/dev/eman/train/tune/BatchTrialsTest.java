package dev.eman.train.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.UsageException;
import dev.eman.train.options.TrainingOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BatchTrialsTest {
  private final List<String> ends = new ArrayList<>();

  /** A machine that takes this many seconds for a step with a batch. */
  private static final class Machine implements Timing {
    private final IntToDoubleFunction seconds;
    private long images = Long.MAX_VALUE;
    private long bytesPerImage;
    private long memory = 1L << 40;
    private int outOfMemoryFrom = Integer.MAX_VALUE;
    private int refusedFrom = Integer.MAX_VALUE;
    private double opening;
    private long used = 1000;

    Machine(IntToDoubleFunction seconds) {
      this.seconds = seconds;
    }

    @Override
    public Measured measure(TrainingOptions options, double most) {
      int batch = options.batch().size();
      if (batch >= refusedFrom) {
        throw new UsageException("too large");
      }
      if (batch >= outOfMemoryFrom) {
        throw new OutOfMemoryError("test");
      }
      used = 1000 + bytesPerImage * batch;
      return new Measured(batch, images, seconds.applyAsDouble(batch), opening);
    }

    @Override
    public long usedBytes() {
      return used;
    }

    @Override
    public long mostBytes() {
      return memory;
    }
  }

  private BatchTrials run(Machine machine) {
    TuneListener listener =
        new TuneListener() {
          @Override
          public void timedAll(String why) {
            ends.add(why);
          }
        };
    BatchTrials trials =
        new BatchTrials(TrainingOptions.builder("supervised").batch(8).build(), listener, machine);
    trials.run(1000);
    assertEquals(1, ends.size());
    return trials;
  }

  /** A step of a + b B seconds: doubling gains (a + 2 b B) / (2 a + 2 b B). */
  @Property(tries = 100)
  void run_fixedAndProportionalTime_stopsWhereTheGainFallsBelowATenth(
      @ForAll @IntRange(min = 1, max = 1000) int milliseconds) {
    ends.clear();
    double fixed = milliseconds / 1000.0;
    BatchTrials trials = run(new Machine(batch -> fixed + 0.001 * batch));
    int expected = 8;
    while ((fixed + 0.001 * expected) * 2 / (fixed + 0.002 * expected) >= 1.1) {
      expected *= 2;
    }
    assertEquals(expected, trials.best().batch());
    assertEquals(2 * expected, trials.all().get(trials.all().size() - 1).batch());
    assertTrue(ends.get(0).contains("times the images per second"), ends::toString);
  }

  @Test
  void run_noGain_keepsTheGivenOne() {
    BatchTrials trials = run(new Machine(batch -> 0.001 * batch));
    assertEquals(8, trials.best().batch());
    assertEquals(1000, trials.best().imagesPerSecond(), 1e-9);
    assertEquals(
        List.of("a batch of 16 gives 1.00 times the images per second of half of it, below 1.1"),
        ends);
  }

  @Test
  void run_fewImages_isNotDoubledBeyondThem() {
    Machine machine = new Machine(batch -> 1);
    machine.images = 20;
    assertEquals(16, run(machine).best().batch());
    assertEquals(List.of("there are too few images for a batch of 32"), ends);
  }

  @Test
  void run_littleMemory_isNotTried() {
    Machine machine = new Machine(batch -> 1);
    machine.bytesPerImage = 1000;
    machine.memory = 50_000; // 32 images take 33,000 of the 40,000 that may be used.
    BatchTrials trials = run(machine);
    assertEquals(32, trials.best().batch());
    assertEquals(3, trials.all().size());
    assertEquals(List.of("a batch of 64 needs too much memory"), ends);
  }

  @Test
  void run_outOfMemory_keepsTheOneBefore() {
    Machine machine = new Machine(batch -> 1);
    machine.outOfMemoryFrom = 32;
    assertEquals(16, run(machine).best().batch());
    assertEquals(List.of("a batch of 32 needs too much memory"), ends);
  }

  @Test
  void run_batchThatTheMethodCannotHave_keepsTheOneBefore() {
    Machine machine = new Machine(batch -> 1);
    machine.refusedFrom = 16;
    assertEquals(8, run(machine).best().batch());
    assertEquals(List.of("no batch of 16: too large"), ends);
  }

  @Test
  void run_slowMachine_endsInTime() {
    Machine machine = new Machine(batch -> 100);
    machine.opening = 200;
    assertEquals(8, run(machine).best().batch());
    assertEquals(List.of("the time does not allow for a batch of 16"), ends);
  }
}
