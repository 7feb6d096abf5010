package dev.eman.core.eval;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.NonFiniteException;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;
import dev.eman.core.internal.FlatMath;
import dev.eman.core.model.Teacher;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Evaluates features during training by nearest neighbours: an image is assigned the class that its
 * neighbours in a bank of labelled images vote for. Student and teacher see each image once.
 *
 * <p>One thread at a time.
 */
public final class KnnMonitor implements NetworkEvaluation {
  private final StudentTeacherAlgorithm algorithm;
  private final List<FeatureExtractor> extractors = new ArrayList<>();
  private final Supplier<? extends BatchSource> bank;
  private final int neighbors;
  private final int classes;

  /**
   * A monitor of an algorithm's networks, which takes a copy of their weights up to the features.
   *
   * @param algorithm whose networks are evaluated; read
   * @param vertex whose output are the features {@code [N, F]}, as {@link
   *     dev.eman.core.nn.Backbone#featureVertex}
   * @param bank opens the labelled images that vote, from the beginning; closed after each use
   * @param neighbors number of images that vote on each one, at least 1
   * @param classes of the data
   */
  public KnnMonitor(
      StudentTeacherAlgorithm algorithm,
      String vertex,
      Supplier<? extends BatchSource> bank,
      int neighbors,
      int classes) {
    checkArgument(neighbors > 0, "neighbors: expected at least 1, got %s", neighbors);
    this.algorithm = algorithm;
    this.bank = bank;
    this.neighbors = neighbors;
    this.classes = classes;
    extractors.add(FeatureExtractor.of(algorithm.student(), vertex));
    Teacher teacher = algorithm.teacher();
    if (teacher != null) {
      extractors.add(FeatureExtractor.of(teacher, vertex));
    }
  }

  @Override
  public EvaluationReport evaluate(BatchSource images) {
    extractors.forEach(FeatureExtractor::refresh);
    List<ImageEncoder> checked = new ArrayList<>();
    for (int i = 0; i < extractors.size(); i++) {
      FeatureExtractor extractor = extractors.get(i);
      String network = i == 0 ? "student" : "teacher";
      checked.add(batch -> checked(extractor.features(batch), network));
    }
    ImmutableList<Features> queries = Features.of(images, checked);
    int[] truth = queries.get(0).labels().toArray();
    List<Evaluation> found = new ArrayList<>();
    try (BatchSource source = bank.get()) {
      for (NearestNeighbors search : KnnEvaluator.search(source, checked, queries, neighbors)) {
        found.add(search.evaluate(neighbors, KnnEvaluator.TEMPERATURE, classes, truth));
      }
    }
    extractors.forEach(FeatureExtractor::releaseMemory);
    return new EvaluationReport(
        algorithm.steps(), found.get(0), found.size() > 1 ? found.get(1) : null);
  }

  /** As a failure of the training; a search takes such features for its caller's mistake. */
  private static INDArray checked(INDArray features, String network) {
    for (double norm : FlatMath.rowNorms(features.castTo(DataType.FLOAT).dup('c'))) {
      if (!(norm < NearestNeighbors.LONGEST)) {
        throw new NonFiniteException(
            "the "
                + network
                + "'s features have length "
                + norm
                + ", so it cannot be evaluated; train with a lower learning rate from an earlier"
                + " checkpoint, or look for bad input");
      }
    }
    return features;
  }
}
