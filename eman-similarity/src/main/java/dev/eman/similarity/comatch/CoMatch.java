package dev.eman.similarity.comatch;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.algorithm.Contributions;
import dev.eman.core.algorithm.LossTerms;
import dev.eman.core.algorithm.Reduction;
import dev.eman.core.algorithm.RowRing;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.algorithm.TeacherSettings;
import dev.eman.core.model.Student;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.nn.MatrixProducts;
import dev.eman.similarity.Similarities;
import dev.eman.similarity.SimilarityAlgorithm;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Pseudo labels smoothed by what similar images of late were, and embeddings that learn which
 * pseudo labels agree. With p the aligned prediction for a weak view and s its similarities to the
 * queue (softmax), whose images were predicted as p_j:
 *
 * <p>{@code t = α p + (1 − α) Σ_j s_j p_j} is the target of the first strong view's prediction
 * where its maximum reaches the threshold; {@link GraphContrast} says what the embeddings of both
 * strong views learn from all targets.
 *
 * <p>Li et al. 2021 (arXiv 2011.11183), as published for CIFAR, where the student predicts its own
 * targets. After each step the queue takes the weak views with their aligned predictions, and the
 * labelled images with their labels; until it is full, targets are the aligned predictions. Needs
 * three views: weak, strong, strong.
 */
public final class CoMatch extends SimilarityAlgorithm {
  private static final String QUEUE = "queue";
  private static final String PROBABILITIES = "queue_probabilities";

  private final CoMatchConfig config;
  private final RowRing queue;
  private final RowRing probabilities;

  /**
   * CoMatch.
   *
   * @param pair the teacher, EMAN or the EMA baseline; null for the student itself, as published
   */
  public CoMatch(Student student, TeacherSettings.@Nullable Pair pair, CoMatchConfig config) {
    super(student, pair, config.common(), 2);
    this.config = config;
    DataType type = student.parameters().dataType();
    this.queue = new RowRing(config.queueSize(), dimension(student), type);
    this.probabilities =
        new RowRing(config.queueSize(), GraphParts.outputWidth(student.graph(), 0), type);
  }

  @Override
  protected Relation relate(
      StepContext context, Embeddings embeddings, INDArray aligned, LossTerms.Builder terms) {
    contribute(context, embeddings, aligned);
    INDArray targets = aligned;
    if (config.common().begins(context.step(), queue.isFull()) && queue.length() > 0) {
      INDArray near = Similarities.softmax(embeddings.weak(), queue.rows(), config.temperature());
      targets = mixed(config.ownShare(), aligned, MatrixProducts.of(near, probabilities.rows()));
    }
    long m = aligned.size(0);
    GraphContrast contrast =
        GraphContrast.of(
            StepContext.rows(embeddings.strong(), 0, m),
            StepContext.rows(embeddings.strong(), m, 2 * m),
            GraphContrast.graph(targets, config.edgeThreshold()),
            config.temperature());
    terms.loss("loss_c", contrast.loss(), config.lambdaC());
    terms.metric("edge_share", contrast.edgeShare());
    return new Relation(targets, contrast.gradient().muli(config.lambdaC()));
  }

  /** Weak views first, then the labelled images with one-hot labels. */
  private static void contribute(StepContext context, Embeddings embeddings, INDArray aligned) {
    int[] labels = context.batch().labels().toArray();
    INDArray oneHot = Nd4j.zeros(aligned.dataType(), labels.length, aligned.size(1));
    for (int i = 0; i < labels.length; i++) {
      oneHot.putScalar(i, labels[i], 1);
    }
    context.contribute(
        QUEUE, Reduction.GATHER, Nd4j.vstack(embeddings.weak(), embeddings.labeled()));
    context.contribute(PROBABILITIES, Reduction.GATHER, Nd4j.vstack(aligned, oneHot));
  }

  @Override
  protected Map<String, INDArray> memory() {
    return ImmutableMap.<String, INDArray>builder()
        .putAll(queue.state(QUEUE))
        .putAll(probabilities.state(PROBABILITIES))
        .buildOrThrow();
  }

  @Override
  protected void remember(Contributions contributions) {
    queue.add(contributions.get(QUEUE));
    probabilities.add(contributions.get(PROBABILITIES));
  }
}
