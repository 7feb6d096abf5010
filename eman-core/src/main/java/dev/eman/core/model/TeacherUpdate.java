package dev.eman.core.model;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.internal.FlatMath;
import dev.eman.core.internal.FlatMath.AverageRun;
import dev.eman.core.nn.TeacherStatistics;
import java.util.ArrayList;
import java.util.List;

/**
 * Moves a teacher towards its student after an optimiser step (Cai et al. 2021, equations 3 and 5):
 *
 * <pre>{@code
 * theta' <- m theta' + (1 - m) theta
 * mu'    <- m mu' + (1 - m) mu      (and var' in the same way)
 * }</pre>
 *
 * <p>What happens to the statistics follows from the teacher's {@link TeacherStatistics}: {@code
 * AVERAGED} (EMAN) averages them as above; {@code BATCH} averages learned parameters alone and
 * leaves the stored statistics; {@code STUDENT} averages learned parameters and copies the
 * statistics.
 *
 * <p>Tensors are matched by name and shape; the student may have more than the teacher (a
 * predictor). One pass over memory.
 */
public final class TeacherUpdate {
  private final Student student;
  private final Teacher teacher;
  private final MomentumSchedule momentum;
  private final ImmutableList<AverageRun> averaged;
  private final ImmutableList<AverageRun> copied;
  private long updates;

  /**
   * An update between two networks.
   *
   * @throws IllegalArgumentException when the teacher has tensors that the student lacks, or of
   *     another shape or type; the message names all of them
   */
  public TeacherUpdate(Student student, Teacher teacher, MomentumSchedule momentum) {
    this.student = student;
    this.teacher = teacher;
    this.momentum = momentum;
    checkArgument(
        !areOverOneGraph(student, teacher),
        "teacher: expected a network of its own, got the student's graph; make a copy by"
            + " Teacher.copyOf(student, ...)");
    ParameterTable from = student.parameters();
    ParameterTable to = teacher.parameters();
    checkArgument(
        from.dataType() == to.dataType(),
        "teacher: expected the student's type %s, got %s",
        from.dataType(),
        to.dataType());
    List<String> mismatches = new ArrayList<>();
    List<AverageRun> average = new ArrayList<>();
    List<AverageRun> copy = new ArrayList<>();
    for (ParameterTable.Entry t : to.entries()) {
      ParameterTable.Entry s = from.find(t.name());
      if (s == null) {
        mismatches.add(t.name() + " (not in the student)");
      } else if (!s.shape().equals(t.shape()) || s.statistic() != t.statistic()) {
        mismatches.add(t.name() + " (student " + s.shape() + ", teacher " + t.shape() + ")");
      } else if (!t.statistic() || teacher.statistics() == TeacherStatistics.AVERAGED) {
        append(average, new AverageRun(t.offset(), s.offset(), t.length()));
      } else if (teacher.statistics() == TeacherStatistics.STUDENT) {
        append(copy, new AverageRun(t.offset(), s.offset(), t.length()));
      }
    }
    checkArgument(
        mismatches.isEmpty(),
        "teacher: expected every tensor to be the student's by name and shape, got %s",
        mismatches);
    this.averaged = ImmutableList.copyOf(average);
    this.copied = ImmutableList.copyOf(copy);
  }

  @SuppressWarnings("ReferenceEquality") // Graphs of equal weights are equal.
  private static boolean areOverOneGraph(Student student, Teacher teacher) {
    return student.graph() == teacher.graph();
  }

  /** Joins a run to the one before it where it continues in both vectors. */
  private static void append(List<AverageRun> runs, AverageRun next) {
    if (!runs.isEmpty()) {
      AverageRun last = runs.get(runs.size() - 1);
      if (last.teacherOffset() + last.length() == next.teacherOffset()
          && last.studentOffset() + last.length() == next.studentOffset()) {
        runs.set(
            runs.size() - 1,
            new AverageRun(
                last.teacherOffset(), last.studentOffset(), last.length() + next.length()));
        return;
      }
    }
    runs.add(next);
  }

  /**
   * One update with the schedule's momentum; to be called after the optimiser step.
   *
   * @throws IllegalArgumentException if the schedule gives none in [0, 1]; nothing is changed then
   */
  public void apply() {
    apply(momentum.at(updates));
    updates++;
  }

  private void apply(double m) {
    FlatMath.averageInPlace(
        teacher.parameters().vector(), student.parameters().vector(), m, averaged);
    FlatMath.averageInPlace(
        teacher.parameters().vector(), student.parameters().vector(), 0, copied);
    teacher.parametersChanged();
  }

  /** Makes the teacher the student, statistics included, whatever the mode; counts no update. */
  public void copyStudent() {
    ParameterTable from = student.parameters();
    List<AverageRun> all = new ArrayList<>();
    for (ParameterTable.Entry t : teacher.parameters().entries()) {
      ParameterTable.Entry s = from.find(t.name());
      if (s != null) {
        append(all, new AverageRun(t.offset(), s.offset(), t.length()));
      }
    }
    FlatMath.averageInPlace(teacher.parameters().vector(), from.vector(), 0, all);
    teacher.parametersChanged();
  }

  /** Whether this update leads from exactly this student to exactly this teacher. */
  public boolean connects(Student student, Teacher teacher) {
    return this.student == student && this.teacher == teacher;
  }

  /** The momentum that the next update uses. */
  public double nextMomentum() {
    return momentum.at(updates);
  }

  /** How many updates there were: t in the schedules. */
  public long updates() {
    return updates;
  }

  /** Sets how many updates there were, when training is resumed. */
  public void setUpdates(long updates) {
    checkArgument(updates >= 0, "updates: expected at least 0, got %s", updates);
    this.updates = updates;
  }
}
