package dev.eman.core.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * The momentum m of the teacher's moving average, {@code teacher ← m teacher + (1 − m) student}, at
 * update t = 0, 1, 2, … Schedules of one's own are functions of t alone: a resumed run asks for the
 * updates that are left, and must get what it would have got.
 */
@FunctionalInterface
public interface MomentumSchedule {
  /**
   * The momentum of one update.
   *
   * @param step t, the number of updates made before this one
   * @return m in [0, 1]; the same at each call for the same step
   */
  double at(long step);

  /**
   * The same momentum for every update.
   *
   * @param momentum m in [0, 1]
   */
  static MomentumSchedule constant(double momentum) {
    return new Constant(momentum);
  }

  /**
   * {@code min(m, (1 + t) / (10 + t))}, which starts at 0.1 and lets a young average follow
   * quickly: the schedule of TensorFlow's {@code tf.train.ExponentialMovingAverage} with {@code
   * num_updates}.
   *
   * @param momentum m in [0, 1], the momentum after the warm-up
   */
  static MomentumSchedule linearWarmup(double momentum) {
    return new LinearWarmup(momentum);
  }

  /**
   * {@code 1 − (1 − base) (cos(π t / T) + 1) / 2}, from {@code base} at t = 0 to 1 at t = T and
   * after: BYOL (Grill et al. 2020).
   *
   * @param base momentum at t = 0, in [0, 1]
   * @param totalSteps T, at least 1
   */
  static MomentumSchedule cosineToOne(double base, long totalSteps) {
    return new CosineToOne(base, totalSteps);
  }

  /**
   * {@code min(1 − 1 / (t + 1), m)}, the true average of all students so far until that would
   * forget slower than m: Mean Teacher (Tarvainen and Valpola 2017).
   *
   * @param momentum m in [0, 1], the momentum after the ramp
   */
  static MomentumSchedule ramp(double momentum) {
    return new Ramp(momentum);
  }

  /**
   * See {@link MomentumSchedule#constant}.
   *
   * @param momentum in [0, 1]
   */
  record Constant(double momentum) implements MomentumSchedule {
    public Constant {
      checkMomentum("momentum", momentum);
    }

    @Override
    public double at(long step) {
      checkStep(step);
      return momentum;
    }
  }

  /**
   * See {@link MomentumSchedule#linearWarmup}.
   *
   * @param momentum in [0, 1]
   */
  record LinearWarmup(double momentum) implements MomentumSchedule {
    public LinearWarmup {
      checkMomentum("momentum", momentum);
    }

    @Override
    public double at(long step) {
      checkStep(step);
      return Math.min(momentum, (1.0 + step) / (10.0 + step));
    }
  }

  /**
   * See {@link MomentumSchedule#cosineToOne}.
   *
   * @param base in [0, 1]
   * @param totalSteps at least 1
   */
  record CosineToOne(double base, long totalSteps) implements MomentumSchedule {
    public CosineToOne {
      checkMomentum("base", base);
      checkArgument(totalSteps >= 1, "totalSteps: expected at least 1, got %s", totalSteps);
    }

    @Override
    public double at(long step) {
      checkStep(step);
      double progress = Math.min(1, (double) step / totalSteps);
      return 1 - (1 - base) * (Math.cos(Math.PI * progress) + 1) / 2;
    }
  }

  /**
   * See {@link MomentumSchedule#ramp}.
   *
   * @param momentum in [0, 1]
   */
  record Ramp(double momentum) implements MomentumSchedule {
    public Ramp {
      checkMomentum("momentum", momentum);
    }

    @Override
    public double at(long step) {
      checkStep(step);
      return Math.min(1 - 1 / (step + 1.0), momentum);
    }
  }

  private static void checkMomentum(String name, double momentum) {
    checkArgument(momentum >= 0 && momentum <= 1, "%s: expected [0, 1], got %s", name, momentum);
  }

  private static void checkStep(long step) {
    checkArgument(step >= 0, "step: expected at least 0, got %s", step);
  }
}
