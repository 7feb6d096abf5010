package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.train.options.Network;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A trained network from a checkpoint, for inference. Not safe for use by several threads. */
public final class TrainedClassifier extends ImageClassifier {
  private final Network network;
  private final ComputationGraph graph;
  private final Teacher inference;

  TrainedClassifier(RunCheckpoint checkpoint, Network network, ComputationGraph graph) {
    this(
        checkpoint.preparation(),
        network,
        checkpoint.classNames(),
        new Teacher(graph, TeacherStatistics.AVERAGED)); // With the stored statistics.
  }

  private TrainedClassifier(
      ImagePreparation preparation,
      Network network,
      ImmutableList<String> classNames,
      Teacher inference) {
    super(preparation, classNames);
    this.network = network;
    this.graph = inference.graph();
    this.inference = inference;
  }

  /**
   * The same classifier for another thread, which may use it at the same time; the network must not
   * change from here on. See {@link Teacher#forAnotherThread}.
   */
  public TrainedClassifier forAnotherThread() {
    return new TrainedClassifier(
        preparation(), network, classNames(), inference.forAnotherThread());
  }

  /** Which of the run's networks it is. */
  public Network network() {
    return network;
  }

  /** The network itself; it shares its parameters with this classifier. */
  public ComputationGraph graph() {
    return graph;
  }

  @Override
  public INDArray logits(INDArray images) {
    return inference.infer(images)[0];
  }

  /**
   * Releases activation memory; the next call allocates it again. The last {@link #logits} are
   * freed with it and must not be read any more.
   */
  public void releaseMemory() {
    inference.releaseMemory();
  }
}
