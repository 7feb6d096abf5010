package dev.eman.core.algorithm;

import dev.eman.core.Settings;
import dev.eman.core.UsageException;
import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.model.TeacherUpdate;
import java.util.Optional;

/**
 * The options that algorithms with a teacher share: {@code teacher}, {@code teacher_momentum} and
 * {@code momentum_schedule}.
 *
 * @param mode which teacher
 * @param schedule its momentum
 */
public record TeacherSettings(TeacherMode mode, MomentumSchedule schedule) {
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

  /** A teacher and what moves it. */
  public record Pair(Teacher teacher, TeacherUpdate update) {}

  /**
   * Reads the options.
   *
   * @param schedule unless set
   * @param momentum unless set
   * @param totalSteps of the run
   */
  public static TeacherSettings read(
      Settings settings, TeacherMode mode, Schedule schedule, double momentum, long totalSteps) {
    double m = settings.number("teacher_momentum", momentum);
    MomentumSchedule chosen =
        switch (settings.choice("momentum_schedule", Schedule.class, schedule)) {
          case CONSTANT -> MomentumSchedule.constant(m);
          case WARMUP -> MomentumSchedule.linearWarmup(m);
          case RAMP -> MomentumSchedule.ramp(m);
          case COSINE -> MomentumSchedule.cosineToOne(m, totalSteps);
        };
    return new TeacherSettings(settings.choice("teacher", TeacherMode.class, mode), chosen);
  }

  /** A teacher that starts as a copy of the student; none for {@link TeacherMode#NONE}. */
  public Optional<Pair> follow(Student student) {
    if (mode == TeacherMode.NONE) {
      return Optional.empty();
    }
    return Optional.of(pair(student, Teacher.copyOf(student, mode.statistics())));
  }

  /**
   * A teacher that starts as a copy of the student's part up to a vertex.
   *
   * @throws UsageException for {@link TeacherMode#NONE}: methods that compare with a teacher need
   *     one
   */
  public Pair follow(Student student, String output) {
    if (mode == TeacherMode.NONE) {
      throw new UsageException("teacher: expected eman or ema, got none");
    }
    return pair(student, Teacher.copyOf(student, mode.statistics(), output));
  }

  private Pair pair(Student student, Teacher teacher) {
    return new Pair(teacher, new TeacherUpdate(student, teacher, schedule));
  }
}
