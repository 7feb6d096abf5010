package dev.eman.core.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Comparators;
import java.util.Comparator;
import java.util.List;

/**
 * The learning rate of optimiser step t = 0, 1, 2, … of T. Schedules of one's own are functions of
 * t alone: a resumed run asks for the steps that are left, and must get what it would have got.
 *
 * <p>A warm-up of w steps is linear and ends at the full rate: {@code η (t + 1) / w} for {@code t <
 * w}. It never yields 0, so the first step already learns.
 */
@FunctionalInterface
public interface LearningRateSchedule {
  /**
   * The learning rate of one step.
   *
   * @param step t, the number of optimiser steps made before this one
   * @return at least 0, finite; the same at each call for the same step
   */
  double at(long step);

  /**
   * The same rate for every step.
   *
   * @param learningRate η, above 0
   */
  static LearningRateSchedule constant(double learningRate) {
    return new Constant(learningRate);
  }

  /**
   * {@code η γ^(milestones reached)}, PyTorch's {@code MultiStepLR}: the rate falls at the step
   * that equals a milestone.
   *
   * @param learningRate η, above 0
   * @param milestones steps at which the rate falls, strictly rising
   * @param gamma γ in (0, 1]
   * @param warmupSteps w, at least 0
   */
  static LearningRateSchedule stepDecay(
      double learningRate, List<Long> milestones, double gamma, long warmupSteps) {
    return new StepDecay(learningRate, milestones, gamma, warmupSteps);
  }

  /**
   * Half a period of the cosine after the warm-up: {@code η (1 + cos(π (t − w) / (T − w))) / 2},
   * from η to 0 at t = T and after (Loshchilov and Hutter 2017, without restarts).
   *
   * @param learningRate η, above 0
   * @param totalSteps T, above w
   * @param warmupSteps w, at least 0
   */
  static LearningRateSchedule cosine(double learningRate, long totalSteps, long warmupSteps) {
    return new Cosine(learningRate, totalSteps, warmupSteps);
  }

  /**
   * {@code η cos(7 π t / (16 T))}, from η to 0.195 η at t = T and after: FixMatch (Sohn et al.
   * 2020).
   *
   * @param learningRate η, above 0
   * @param totalSteps T, at least 1
   */
  static LearningRateSchedule fixMatchCosine(double learningRate, long totalSteps) {
    return new FixMatchCosine(learningRate, totalSteps);
  }

  /**
   * {@code η₀ (η₁ / η₀)^(t / (T − 1))}, from η₀ at step 0 to η₁ at t = T − 1 and after: for the
   * learning rate range test (Smith 2017, arXiv 1506.01186).
   *
   * @param first η₀, above 0
   * @param last η₁, above 0
   * @param totalSteps T, at least 2
   */
  static LearningRateSchedule exponential(double first, double last, long totalSteps) {
    return new Exponential(first, last, totalSteps);
  }

  /**
   * See {@link LearningRateSchedule#constant}.
   *
   * @param learningRate above 0
   */
  record Constant(double learningRate) implements LearningRateSchedule {
    public Constant {
      checkRate(learningRate);
    }

    @Override
    public double at(long step) {
      checkStep(step);
      return learningRate;
    }
  }

  /**
   * See {@link LearningRateSchedule#stepDecay}.
   *
   * @param learningRate above 0
   * @param milestones strictly rising, each at least 0; copied
   * @param gamma in (0, 1]
   * @param warmupSteps at least 0
   */
  record StepDecay(double learningRate, List<Long> milestones, double gamma, long warmupSteps)
      implements LearningRateSchedule {
    public StepDecay {
      checkRate(learningRate);
      milestones = List.copyOf(milestones);
      checkArgument(
          Comparators.isInStrictOrder(milestones, Comparator.naturalOrder())
              && milestones.stream().allMatch(milestone -> milestone >= 0),
          "milestones: expected strictly rising steps, at least 0, got %s",
          milestones);
      checkArgument(gamma > 0 && gamma <= 1, "gamma: expected (0, 1], got %s", gamma);
      checkWarmup(warmupSteps);
    }

    @Override
    public double at(long step) {
      checkStep(step);
      if (step < warmupSteps) {
        return warmedUp(learningRate, step, warmupSteps);
      }
      long reached = milestones.stream().filter(milestone -> milestone <= step).count();
      return learningRate * Math.pow(gamma, (double) reached);
    }
  }

  /**
   * See {@link LearningRateSchedule#cosine}.
   *
   * @param learningRate above 0
   * @param totalSteps above the warm-up steps
   * @param warmupSteps at least 0
   */
  record Cosine(double learningRate, long totalSteps, long warmupSteps)
      implements LearningRateSchedule {
    public Cosine {
      checkRate(learningRate);
      checkWarmup(warmupSteps);
      checkArgument(
          totalSteps > warmupSteps,
          "totalSteps: expected more than the %s warm-up steps, got %s",
          warmupSteps,
          totalSteps);
    }

    @Override
    public double at(long step) {
      checkStep(step);
      if (step < warmupSteps) {
        return warmedUp(learningRate, step, warmupSteps);
      }
      double progress = (double) (step - warmupSteps) / (totalSteps - warmupSteps);
      return learningRate * (1 + Math.cos(Math.PI * Math.min(1, progress))) / 2;
    }
  }

  /**
   * See {@link LearningRateSchedule#fixMatchCosine}.
   *
   * @param learningRate above 0
   * @param totalSteps at least 1
   */
  record FixMatchCosine(double learningRate, long totalSteps) implements LearningRateSchedule {
    public FixMatchCosine {
      checkRate(learningRate);
      checkArgument(totalSteps >= 1, "totalSteps: expected at least 1, got %s", totalSteps);
    }

    @Override
    public double at(long step) {
      checkStep(step);
      double progress = Math.min(1, (double) step / totalSteps);
      return learningRate * Math.cos(7 * Math.PI / 16 * progress);
    }
  }

  /**
   * See {@link LearningRateSchedule#exponential}.
   *
   * @param first above 0
   * @param last above 0
   * @param totalSteps at least 2
   */
  record Exponential(double first, double last, long totalSteps) implements LearningRateSchedule {
    public Exponential {
      checkRate(first);
      checkRate(last);
      checkArgument(totalSteps >= 2, "totalSteps: expected at least 2, got %s", totalSteps);
    }

    @Override
    public double at(long step) {
      checkStep(step);
      if (step >= totalSteps - 1) {
        return last; // Without rounding.
      }
      return first * Math.pow(last / first, (double) step / (totalSteps - 1));
    }
  }

  private static double warmedUp(double learningRate, long step, long warmupSteps) {
    // The last step's product may round to a bit above the rate.
    return Math.min(learningRate, learningRate * (step + 1) / warmupSteps);
  }

  private static void checkRate(double learningRate) {
    checkArgument(
        learningRate > 0 && Double.isFinite(learningRate),
        "learningRate: expected above 0, got %s",
        learningRate);
  }

  private static void checkWarmup(long warmupSteps) {
    checkArgument(warmupSteps >= 0, "warmupSteps: expected at least 0, got %s", warmupSteps);
  }

  private static void checkStep(long step) {
    checkArgument(step >= 0, "step: expected at least 0, got %s", step);
  }
}
