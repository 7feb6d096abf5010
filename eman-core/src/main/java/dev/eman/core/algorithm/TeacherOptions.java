package dev.eman.core.algorithm;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.option.ChoiceOption;
import dev.eman.core.option.NumberOption;
import dev.eman.core.option.OptionSpec;
import java.util.Set;

/**
 * The options that algorithms with a teacher share. A provider makes one with its own defaults,
 * adds {@link #list} to its options, and reads it with {@link #read}.
 *
 * @param teacher {@code teacher}: which teacher
 * @param momentum {@code teacher_momentum}: m of its moving average, in [0, 1]
 * @param schedule {@code momentum_schedule}: how the momentum begins
 */
public record TeacherOptions(
    ChoiceOption<TeacherMode> teacher, NumberOption momentum, ChoiceOption<Schedule> schedule) {
  /** How the momentum begins. */
  public enum Schedule {
    /** The same at every step. */
    CONSTANT,
    /** {@code min(m, (1 + t) / (10 + t))}. */
    WARMUP,
    /** {@code min(1 - 1 / (t + 1), m)}. */
    RAMP,
    /** From m to 1 along half a cosine. */
    COSINE
  }

  /** Options with these defaults. */
  public static TeacherOptions of(TeacherMode teacher, Schedule schedule, double momentum) {
    return new TeacherOptions(
        OptionSpec.choice("teacher", teacher)
            .describedAs("ema normalises with its batch, eman with averaged statistics"),
        OptionSpec.number("teacher_momentum", momentum)
            .between(0, 1)
            .describedAs("momentum of the teacher's moving average"),
        OptionSpec.choice("momentum_schedule", schedule)
            .describedAs("how the momentum begins; with cosine it rises to 1"));
  }

  /** The same for a method that cannot do without a teacher: {@code none} is refused. */
  public TeacherOptions required() {
    return new TeacherOptions(
        teacher.among(ImmutableList.of(TeacherMode.EMA, TeacherMode.EMAN)), momentum, schedule);
  }

  /** All three. */
  public ImmutableList<OptionSpec<?>> list() {
    return ImmutableList.of(teacher, momentum, schedule);
  }

  /**
   * Checks that what is set of a teacher has an effect; for {@link AlgorithmProvider#checkEffect}.
   *
   * @param options all of an algorithm
   * @param set the names of those that were set
   * @throws UsageException if there is no teacher to set anything of
   */
  public void checkEffect(AlgorithmOptions options, Set<String> set) {
    boolean some = options.get(teacher) != TeacherMode.NONE;
    options.requireEffect(set, momentum, some, "teacher=ema or teacher=eman");
    options.requireEffect(set, schedule, some, "teacher=ema or teacher=eman");
  }

  /**
   * The teacher that a context's options ask for.
   *
   * @throws IllegalStateException if a schedule needs the run's steps, and they are not given
   */
  public TeacherSettings read(AlgorithmContext context) {
    AlgorithmOptions options = context.options();
    double m = options.get(momentum);
    MomentumSchedule chosen =
        switch (options.get(schedule)) {
          case CONSTANT -> MomentumSchedule.constant(m);
          case WARMUP -> MomentumSchedule.linearWarmup(m);
          case RAMP -> MomentumSchedule.ramp(m);
          case COSINE -> MomentumSchedule.cosineToOne(m, context.totalSteps());
        };
    return new TeacherSettings(options.get(teacher), chosen);
  }
}
