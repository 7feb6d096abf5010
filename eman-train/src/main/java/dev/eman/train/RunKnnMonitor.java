package dev.eman.train;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.eval.KnnMonitor;
import dev.eman.core.eval.NetworkEvaluation;
import dev.eman.core.nn.Backbones;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.protocol.EvaluationOrder;
import java.util.BitSet;

/** Evaluates features by nearest neighbours among a bank of training images. */
final class RunKnnMonitor implements NetworkEvaluation {
  private static final long BANK_SEED = 1; // The same bank for all runs, to compare them.

  private final ImmutableIntArray bank;
  private final int neighbors;
  private final KnnMonitor monitor;

  RunKnnMonitor(
      TrainingOptions options,
      DatasetProvider provider,
      StudentTeacherAlgorithm algorithm,
      RunImages images,
      ImageDataset train,
      ImmutableIntArray validation) {
    if (options.evaluation().neighbors() < 1 || options.evaluation().bankSize() < 0) {
      throw new UsageException("--knn, --knn-bank: expected at least 1 neighbour, in 0 or more");
    }
    bank = bank(train, options.evaluation().bankSize(), validation);
    neighbors = Math.min(options.evaluation().neighbors(), bank.length());
    monitor =
        new KnnMonitor(
            algorithm,
            Backbones.named(options.backbone(), provider.statistics().channels()).featureVertex(),
            () -> images.inOrder(train, EvaluationOrder.of(algorithm, bank)),
            neighbors,
            train.classNames().size());
  }

  /**
   * Training images that vote: all, or equally many of each class; images under evaluation never
   * vote.
   */
  static ImmutableIntArray bank(ImageDataset train, int most, ImmutableIntArray validation) {
    double part = most == 0 ? 1 : Math.min(1, (double) most / train.size());
    BitSet measured = new BitSet(train.size());
    validation.forEach(measured::set);
    ImmutableIntArray drawn =
        LabelSplit.draw(train, LabelAmount.fraction(part), BANK_SEED).labeled();
    return ImmutableIntArray.copyOf(drawn.stream().filter(image -> !measured.get(image)));
  }

  /** The number of neighbours that vote: the run's option, or all images if they are fewer. */
  int neighbors() {
    return neighbors;
  }

  int bankSize() {
    return bank.length();
  }

  @Override
  public EvaluationReport evaluate(BatchSource queries) {
    return monitor.evaluate(queries);
  }
}
