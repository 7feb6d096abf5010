package dev.eman.train;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.eval.Features;
import dev.eman.core.eval.KnnEvaluator;
import dev.eman.core.eval.NearestNeighbors;
import dev.eman.core.nn.Backbones;
import dev.eman.core.train.TrainingListener.EvaluationReport;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;

/**
 * Measures features while they are learned: labelled training images, as many as the options say,
 * vote on the test images. Student and teacher see each image once.
 */
public final class FeatureJudge {
  private static final long BANK_SEED = 1; // The same bank for all runs, to compare them.

  private final RunOptions options;
  private final StudentTeacherAlgorithm algorithm;
  private final RunImages images;
  private final ImageDataset train;
  private final ImmutableIntArray bank;
  private final List<FeatureExtractor> extractors = new ArrayList<>();

  FeatureJudge(
      RunOptions options,
      DatasetProvider provider,
      StudentTeacherAlgorithm algorithm,
      RunImages images,
      ImageDataset train,
      ImmutableIntArray validation) {
    if (options.knn < 1 || options.knnBank < 0) {
      throw new UsageException("--knn, --knn-bank: expected at least 1 neighbour, in 0 or more");
    }
    this.options = options;
    this.algorithm = algorithm;
    this.images = images;
    this.train = train;
    this.bank = bank(train, options.knnBank, validation);
    String vertex =
        Backbones.named(options.backbone, provider.statistics().channels()).featureVertex();
    extractors.add(FeatureExtractor.of(algorithm.student(), vertex));
    if (algorithm.teacher() != null) {
      extractors.add(FeatureExtractor.of(algorithm.teacher(), vertex));
    }
  }

  /**
   * Training images that vote: equally many of each class where not all do, less those that are
   * measured themselves.
   */
  public static ImmutableIntArray bank(ImageDataset train, int most, ImmutableIntArray validation) {
    double part = most == 0 ? 1 : Math.min(1, (double) most / train.size());
    BitSet measured = new BitSet(train.size());
    validation.forEach(measured::set);
    ImmutableIntArray drawn =
        LabelSplit.draw(train, LabelAmount.fraction(part), BANK_SEED).labeled();
    return ImmutableIntArray.copyOf(drawn.stream().filter(image -> !measured.get(image)));
  }

  int bankSize() {
    return bank.length();
  }

  EvaluationReport measure(Supplier<BatchSource> measured) {
    extractors.forEach(FeatureExtractor::refresh);
    ImmutableList<Features> queries;
    try (BatchSource source = measured.get()) {
      queries = Features.of(source, extractors);
    }
    List<Evaluation> found = new ArrayList<>();
    try (BatchSource source = images.inOrder(train, bank)) {
      int[] truth = queries.get(0).labels().toArray();
      int k = Math.min(options.knn, bank.length());
      for (NearestNeighbors search : KnnEvaluator.search(source, extractors, queries, k)) {
        found.add(search.evaluate(k, KnnEvaluator.TEMPERATURE, train.classNames().size(), truth));
      }
    }
    extractors.forEach(FeatureExtractor::releaseMemory);
    return new EvaluationReport(
        algorithm.steps(), found.get(0), found.size() > 1 ? found.get(1) : null);
  }
}
