package dev.eman.train.protocol;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.eval.Evaluator.Classifier;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.TeacherStatistics;

/**
 * The weights of one teacher in two networks: one normalises with averaged statistics (EMAN), the
 * other with those of its batch (EMA). Not safe for use by several threads.
 */
public final class TeacherPair implements AutoCloseable {
  private final Teacher averaged;
  private final Teacher ofBatch;

  /**
   * A pair.
   *
   * @param teacher with averaged statistics; used as it is, its weights are copied
   * @throws EmanException if it has other statistics
   */
  public TeacherPair(Teacher teacher) {
    if (teacher.statistics() != TeacherStatistics.AVERAGED) {
      throw new EmanException(
          "expected a run with teacher=eman, found statistics "
              + teacher.statistics()
              + "; its weights are then also measured with batch statistics");
    }
    averaged = teacher;
    ofBatch = new Teacher(teacher.graph().clone(), TeacherStatistics.BATCH);
  }

  /** The teacher itself, then the one with batch statistics. */
  ImmutableList<Classifier> both() {
    return ImmutableList.of(Classifier.of(averaged), Classifier.of(ofBatch));
  }

  /** Copies the teacher's weights as they are now. */
  void refresh() {
    ofBatch.parameters().vector().assign(averaged.parameters().vector());
    ofBatch.parametersChanged();
  }

  /** Gives the copy's activation memory back. */
  @Override
  public void close() {
    ofBatch.releaseMemory();
  }
}
