package dev.eman.core.model;

import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.nn.exec.FoldedNetwork;
import dev.eman.core.nn.exec.GraphExecutor;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The network that follows the student: inference only, without gradients; a forward pass changes
 * nothing in it. With averaged statistics (EMAN) or copied ones its normalisation is a constant
 * affine map, so its output for an image does not depend on the batch, and on the CPU the
 * normalisation is folded into the convolutions. With batch statistics (the paper's EMA baseline)
 * neither holds.
 *
 * <p>One thread at a time.
 */
public final class Teacher {
  private final ComputationGraph graph;
  private final ParameterTable parameters;
  private final TeacherStatistics statistics;
  private final @Nullable FoldedNetwork folded;
  private final @Nullable GraphExecutor executor;

  /**
   * A teacher over a network that it alone uses, not the student's own; {@link #copyOf} copies
   * that.
   *
   * @param graph an initialised network, a copy of the student's or a part of it by vertex name;
   *     owned by the teacher from here on
   * @param statistics the statistics that its normalisation uses
   */
  public Teacher(ComputationGraph graph, TeacherStatistics statistics) {
    setStatistics(graph, statistics);
    this.graph = graph;
    this.parameters = ParameterTable.of(graph);
    this.statistics = statistics;
    this.folded = statistics == TeacherStatistics.BATCH ? null : FoldedNetwork.of(graph);
    this.executor = folded == null ? new GraphExecutor(graph) : null;
  }

  /** Sets the statistics that a network normalises with in inference. */
  static void setStatistics(ComputationGraph graph, TeacherStatistics statistics) {
    for (Layer layer : graph.getLayers()) {
      if (layer.conf().getLayer() instanceof EmanBatchNormalization normalization) {
        normalization.setStatistics(statistics);
      }
    }
  }

  private Teacher(Teacher same, FoldedNetwork folded) {
    this.graph = same.graph;
    this.parameters = same.parameters;
    this.statistics = same.statistics;
    this.folded = folded;
    this.executor = null;
  }

  /** A teacher that starts as a copy of the student, statistics included. */
  public static Teacher copyOf(Student student, TeacherStatistics statistics) {
    return new Teacher(student.graph().clone(), statistics);
  }

  /**
   * A teacher that starts as a copy of a part of the student, without a predictor for example.
   *
   * @param output the student's vertex whose output is the teacher's
   */
  public static Teacher copyOf(Student student, TeacherStatistics statistics, String output) {
    return new Teacher(GraphParts.upTo(student.graph(), output), statistics);
  }

  /**
   * The same teacher for another thread, which may use it at the same time. Parameters, statistics
   * and packed weights are shared where the network is folded, and must not change from here on;
   * elsewhere it is a copy.
   */
  public Teacher forAnotherThread() {
    return folded == null
        ? new Teacher(graph.clone(), statistics)
        : new Teacher(this, folded.forAnotherThread());
  }

  /** The DL4J network. */
  public ComputationGraph graph() {
    return graph;
  }

  /** Names, shapes and offsets of its parameters and statistics. */
  public ParameterTable parameters() {
    return parameters;
  }

  /** The statistics that its normalisation uses. */
  public TeacherStatistics statistics() {
    return statistics;
  }

  /**
   * A forward pass in inference mode.
   *
   * @param inputs one array {@code [N, C, H, W]} per network input; read
   * @return one array per network output, {@code [N, K]} logits for a classifier; the teacher's
   *     memory, valid until its next pass or {@link #releaseMemory}
   */
  public INDArray[] infer(INDArray... inputs) {
    if (folded != null) {
      return folded.run(inputs);
    }
    if (executor == null) {
      throw new IllegalStateException("a teacher without an executor");
    }
    return executor.forward(false, inputs);
  }

  /** Must be called after parameters or statistics were changed from outside. */
  public void parametersChanged() {
    if (folded != null) {
      folded.parametersChanged();
    }
  }

  /**
   * Releases activation memory; the next pass allocates it again. What {@link #infer} returned is
   * freed with it and must not be read any more: copy it first.
   */
  public void releaseMemory() {
    if (folded != null) {
      folded.trim();
    }
    if (executor != null) {
      executor.trim();
    }
  }
}
