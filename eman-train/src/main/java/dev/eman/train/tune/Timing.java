package dev.eman.train.tune;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import dev.eman.core.train.LearningRateSchedule;
import dev.eman.train.RunState;
import dev.eman.train.TrialSteps;
import dev.eman.train.options.BatchOptions;
import dev.eman.train.options.TrainingOptions;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/** Times steps, and knows the memory of this process. */
interface Timing {
  /** This machine. */
  Timing MEASURED =
      new Timing() {
        @Override
        public Measured measure(TrainingOptions options, double most) {
          return Timing.steps(options, most);
        }

        @Override
        public long usedBytes() {
          return Pointer.physicalBytes();
        }

        @Override
        public long mostBytes() {
          long limit = Pointer.maxPhysicalBytes();
          long there = Pointer.physicalBytes() + Pointer.availablePhysicalBytes();
          return limit > 0 ? Math.min(limit, there) : there;
        }
      };

  /**
   * What was measured.
   *
   * @param images per step
   * @param most images per step for which the data has enough without repeating any
   * @param stepSeconds the median of a few steps
   * @param openingSeconds until the first step was done, which is slower than the others
   */
  record Measured(int images, long most, double stepSeconds, double openingSeconds) {}

  /**
   * Times a few steps.
   *
   * @param most seconds after which no further step is taken, unless there are very few
   * @throws dev.eman.core.UsageException if the algorithm cannot have such a batch
   */
  Measured measure(TrainingOptions options, double most);

  /** Memory of this process. */
  long usedBytes();

  /** Memory that this process can have. */
  long mostBytes();

  private static Measured steps(TrainingOptions options, double most) {
    final int wanted = 12;
    final int fewest = 4;
    List<Double> seconds = new ArrayList<>();
    long start = System.nanoTime();
    double[] opening = {0};
    try (TrialSteps trial = TrialSteps.open(options)) {
      trial.train(
          LearningRateSchedule.constant(1e-6), // The weights hardly change.
          wanted,
          report -> {
            seconds.add(report.seconds());
            double spent = (System.nanoTime() - start) / 1e9;
            if (seconds.size() == 1) {
              opening[0] = spent;
            }
            return spent < most || seconds.size() < fewest;
          });
      ImmutableList<Double> later =
          seconds.stream().skip(seconds.size() / 2).sorted().collect(toImmutableList());
      return new Measured(
          images(options), images(trial.state()), later.get(later.size() / 2), opening[0]);
    }
  }

  private static int images(TrainingOptions options) {
    BatchOptions batch = options.batch();
    boolean others = !options.provider().views().isEmpty();
    return (options.provider().usesLabels() ? batch.size() : 0) + (others ? batch.unlabeled() : 0);
  }

  /** Labelled images repeat anyway where there are few of them beside others. */
  private static long images(RunState state) {
    BatchOptions batch = state.options().batch();
    if (state.options().provider().views().isEmpty()) {
      return state.split().labeled().length();
    }
    long others = state.split().unlabeled().length();
    return others + (state.options().provider().usesLabels() ? others / batch.unlabeledRatio() : 0);
  }
}
