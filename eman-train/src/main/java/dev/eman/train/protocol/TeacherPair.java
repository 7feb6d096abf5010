package dev.eman.train.protocol;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.eval.Evaluator.Classifier;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.TeacherStatistics;

/**
 * One teacher's weights in two networks: one normalises with averaged statistics (EMAN), the other
 * with batch statistics (EMA). Not safe for use by several threads.
 */
public final class TeacherPair implements AutoCloseable {
  private final Teacher averaged;
  private final Teacher ofBatch;

  /**
   * Creates a pair.
   *
   * @param teacher a teacher with averaged statistics; used itself, and its weights are copied
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

  /** Copies the teacher's current weights. */
  void refresh() {
    ofBatch.parameters().vector().assign(averaged.parameters().vector());
    ofBatch.parametersChanged();
  }

  /** Releases the copy's activation memory. */
  @Override
  public void close() {
    ofBatch.releaseMemory();
  }
}
