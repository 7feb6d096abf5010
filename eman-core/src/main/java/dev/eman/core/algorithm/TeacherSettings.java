package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkState;

import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherMode;
import dev.eman.core.model.TeacherUpdate;
import java.util.Optional;

/**
 * Which teacher follows a student, and how: what {@link TeacherOptions} say.
 *
 * @param mode which teacher
 * @param schedule its momentum
 */
public record TeacherSettings(TeacherMode mode, MomentumSchedule schedule) {
  /**
   * A teacher and what moves it.
   *
   * @param labels whether a method of FixMatch's family takes its pseudo labels from the teacher;
   *     if not, they are the student's, as without a teacher, and the teacher is only evaluated
   */
  public record Pair(Teacher teacher, TeacherUpdate update, boolean labels) {
    /** A teacher that labels. */
    public Pair(Teacher teacher, TeacherUpdate update) {
      this(teacher, update, true);
    }

    /** The same teacher, only following. */
    public Pair withoutLabels() {
      return new Pair(teacher, update, false);
    }
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
   * @throws IllegalStateException for {@link TeacherMode#NONE}: {@link TeacherOptions#required}
   *     options exclude it
   */
  public Pair follow(Student student, String output) {
    checkState(mode != TeacherMode.NONE, "teacher: expected eman or ema, got none");
    return pair(student, Teacher.copyOf(student, mode.statistics(), output));
  }

  private Pair pair(Student student, Teacher teacher) {
    return new Pair(teacher, new TeacherUpdate(student, teacher, schedule));
  }
}
