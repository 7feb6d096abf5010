package dev.eman.core.eval;

import dev.eman.core.internal.FlatMath;
import dev.eman.core.internal.FlatMath.AverageRun;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.nn.TeacherStatistics;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Computes the features of a network, without its head, in inference mode. It holds a copy of the
 * weights, which {@link #refresh} updates.
 *
 * <p>One thread at a time.
 */
public final class FeatureExtractor implements ImageEncoder {
  private final ParameterTable source;
  private final Teacher part;
  private final List<AverageRun> runs = new ArrayList<>();

  private FeatureExtractor(
      ComputationGraph graph, ParameterTable source, String vertex, TeacherStatistics statistics) {
    this.source = source;
    this.part = new Teacher(GraphParts.upTo(graph, vertex), statistics);
    for (ParameterTable.Entry entry : part.parameters().entries()) {
      ParameterTable.Entry from = source.find(entry.name());
      if (from == null) {
        throw new IllegalStateException(entry.name());
      }
      runs.add(new AverageRun(entry.offset(), from.offset(), entry.length()));
    }
  }

  private FeatureExtractor(ParameterTable source, List<AverageRun> runs, Teacher part) {
    this.source = source;
    this.runs.addAll(runs);
    this.part = part;
  }

  /**
   * The same extractor for another thread, which may use it at the same time; neither must be
   * refreshed from here on. See {@link Teacher#forAnotherThread}.
   */
  public FeatureExtractor forAnotherThread() {
    return new FeatureExtractor(source, runs, part.forAnotherThread());
  }

  /**
   * An extractor of a student, which normalises with its running statistics.
   *
   * @param vertex whose output are the features {@code [N, F]}, as {@link
   *     dev.eman.core.nn.Backbone#featureVertex}
   */
  public static FeatureExtractor of(Student student, String vertex) {
    return new FeatureExtractor(
        student.graph(), student.parameters(), vertex, TeacherStatistics.AVERAGED);
  }

  /** An extractor of a teacher, which normalises as the teacher does. */
  public static FeatureExtractor of(Teacher teacher, String vertex) {
    return new FeatureExtractor(
        teacher.graph(), teacher.parameters(), vertex, teacher.statistics());
  }

  /** An extractor of any network, which normalises with its stored statistics. */
  public static FeatureExtractor of(ComputationGraph graph, String vertex) {
    return new FeatureExtractor(
        graph, ParameterTable.of(graph), vertex, TeacherStatistics.AVERAGED);
  }

  /** Copies the current weights and statistics of the network. */
  public void refresh() {
    FlatMath.averageInPlace(part.parameters().vector(), source.vector(), 0, runs);
    part.parametersChanged();
  }

  /**
   * Computes the features of a batch.
   *
   * @param images {@code [N, C, H, W]}; read
   * @return {@code [N, F]}, not normalised; valid until the next call or {@link #releaseMemory}
   */
  @Override
  public INDArray features(INDArray images) {
    return part.infer(images)[0];
  }

  /** The copy of the weights and statistics up to the features. */
  ParameterTable parameters() {
    return part.parameters();
  }

  /**
   * Releases activation memory; the next call allocates it again. The last features are freed with
   * it and must not be read any more.
   */
  public void releaseMemory() {
    part.releaseMemory();
  }
}
