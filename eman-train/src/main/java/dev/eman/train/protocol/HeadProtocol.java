package dev.eman.train.protocol;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.AlgorithmProvider.View;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.eval.Features;
import dev.eman.core.eval.LinearLayer;
import dev.eman.core.eval.NetworkEvaluation;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.train.LearningRateSchedule;
import dev.eman.core.train.Trainer;
import dev.eman.datasets.ImageDataset;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Trains a classifier on cached features by any algorithm that needs labelled images, weak views
 * and strong ones: FixMatch and its family, with all their teachers, or {@code supervised} to
 * compare with. The encoder is frozen and has seen each view once; the classifier is a batch
 * normalisation, whose statistics an EMAN teacher averages, and a linear layer. The learning rate
 * falls to 0 along half a cosine; SGD with Nesterov momentum 0.9.
 *
 * @param steps at least 1
 * @param batchSize labelled images a step, at least 1
 * @param unlabeledRatio unlabelled images for each labelled one, at least 1
 * @param learningRate the initial one, above 0
 * @param weightDecay of the linear layer's weights, at least 0; divided by the number of labelled
 *     images and by that of features, as in {@link LinearHeads}
 */
public record HeadProtocol(
    long steps, int batchSize, int unlabeledRatio, double learningRate, double weightDecay) {
  /** 2,000 steps with 64 labelled and 448 unlabelled images each, rate 1, decay 1. */
  public static final HeadProtocol DEFAULT = new HeadProtocol(2_000, 64, 7, 1, 1);

  private static final double MOMENTUM = 0.9;

  /** Checks the ranges. */
  public HeadProtocol {
    checkArgument(steps >= 1, "steps: expected at least 1, got %s", steps);
    checkArgument(batchSize >= 1, "batch: expected at least 1, got %s", batchSize);
    checkArgument(unlabeledRatio >= 1, "mu: expected at least 1, got %s", unlabeledRatio);
    checkArgument(learningRate > 0, "learning rate: expected above 0, got %s", learningRate);
    checkArgument(weightDecay >= 0, "weight decay: expected at least 0, got %s", weightDecay);
  }

  /** The same with another length. */
  public HeadProtocol withSteps(long newSteps) {
    return new HeadProtocol(newSteps, batchSize, unlabeledRatio, learningRate, weightDecay);
  }

  /**
   * What to train on and to measure on. Features are standardised by the weak views' mean and
   * deviation.
   *
   * @param views of all training images, standardised
   * @param labels of all training images, {@code [N]}, {@link Batch#UNKNOWN} where unknown
   * @param test of the test images, standardised
   * @param classes K
   * @param standardization that the features have behind them
   */
  public record Data(
      ViewFeatures views,
      ImmutableIntArray labels,
      Features test,
      int classes,
      Standardization standardization) {
    /** Checks the lengths. */
    public Data {
      checkArgument(
          labels.length() == views.images(),
          "labels: expected [%s], got [%s]",
          views.images(),
          labels.length());
      checkArgument(
          test.values().size(1) == views.width(),
          "test features: expected [N, %s], got [N, %s]",
          views.width(),
          test.values().size(1));
      checkArgument(classes > 0, "classes: expected at least 1, got %s", classes);
    }

    /** Of features that are taken as they are. */
    public Data(ViewFeatures views, ImmutableIntArray labels, Features test, int classes) {
      this(views, labels, test, classes, Standardization.none(views.width()));
    }

    /**
     * Standardises features.
     *
     * @param views of all training images; copied
     * @param images the training images, in the order of the views, for their labels; one that was
     *     replaced has none, as its features are another's
     * @param test of the test images; copied
     */
    public static Data standardized(
        ViewFeatures views, ImageDataset images, Features test, int classes) {
      Standardization found = Standardization.of(views.weak());
      int[] labels = IntStream.range(0, views.images()).map(images::label).toArray();
      views.replaced().forEach(image -> labels[image] = Batch.UNKNOWN);
      return new Data(
          new ViewFeatures(
              found.apply(views.weak()),
              found.apply(views.strong()),
              views.images(),
              views.replaced()),
          ImmutableIntArray.copyOf(labels),
          new Features(found.apply(test.values()), test.labels()),
          classes,
          found);
    }

    private ImmutableIntArray decoded(ImmutableIntArray labeled) {
      ImmutableIntArray usable =
          ImmutableIntArray.copyOf(
              labeled.stream().filter(image -> !views.replaced().contains(image)));
      if (usable.isEmpty()) {
        throw new EmanException(
            "labelled images: expected at least one that can be decoded, found none of "
                + labeled.length());
      }
      return usable;
    }
  }

  /**
   * A classifier that was trained.
   *
   * @param report its accuracy on the test images; of the teacher, too, if there is one
   * @param classifier of features as the encoder gives them: of the teacher if it has statistics of
   *     its own, else of the student; null if the algorithm's network has more between features and
   *     logits than a linear layer {@code fc}
   */
  public record Trained(EvaluationReport report, @Nullable LinearLayer classifier) {}

  /**
   * Checks that an algorithm can be trained on cached features.
   *
   * @param views number of weak and of strong views of each image
   * @throws UsageException if it cannot
   */
  public static void check(AlgorithmProvider algorithm, int views) {
    if (!algorithm.usesLabels()
        || !algorithm.classifies()
        || algorithm.views().contains(View.FIRST)) {
      throw new UsageException(
          algorithm.name()
              + ": expected an algorithm that learns from labels, and weak and strong views, such"
              + " as fixmatch; it learns features, and these are computed already");
    }
    int weak = Collections.frequency(algorithm.views(), View.WEAK);
    int needed = Math.max(weak, algorithm.views().size() - weak);
    if (views < needed) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected at least %d views of each image (--views), as it compares two of one"
                  + " kind, got %d",
              algorithm.name(),
              needed,
              views));
    }
  }

  private void checkBatch(AlgorithmProvider algorithm, AlgorithmOptions options) {
    if (!algorithm.views().isEmpty()) {
      algorithm.checkBatch(options, batchSize * unlabeledRatio);
    } else if (batchSize < 2) {
      throw new UsageException(
          algorithm.name()
              + ": expected at least 2 images in a batch, over which the classifier normalises,"
              + " got 1");
    }
  }

  /**
   * Trains a classifier and measures it.
   *
   * @param options of the algorithm
   * @param labeled positions of the images whose labels are used, at least one; all images serve
   *     without. Those that were replaced are left out.
   * @param seed of the weights and of all batches
   * @throws UsageException if the algorithm cannot be trained so
   * @throws EmanException if all labelled images were replaced
   * @throws dev.eman.core.algorithm.NonFiniteLossException if it diverges
   */
  public Trained train(
      AlgorithmProvider algorithm,
      AlgorithmOptions options,
      Data data,
      ImmutableIntArray labeled,
      long seed) {
    check(algorithm, data.views().views());
    List<View> views = algorithm.views();
    checkBatch(algorithm, options);
    ImmutableIntArray usable = data.decoded(labeled);
    int width = data.views().width();
    Student student =
        new Student(
            algorithm.network(new FeatureHead(width), data.classes(), options, seed),
            Sgd.excludingBiasesAndNormalization(
                MOMENTUM, true, weightDecay / usable.length() / width));
    StudentTeacherAlgorithm training =
        Algorithms.create(
            algorithm,
            AlgorithmContext.builder(student, options)
                .classes(data.classes())
                .labeledImages(usable.length())
                .unlabeledImages(data.views().images())
                .totalSteps(steps)
                .seed(seed)
                .build());
    try (FeatureBatches batches =
            new FeatureBatches(
                data.views(), data.labels(), usable, batchSize, unlabeledRatio, views, seed);
        FeatureBlocks test = new FeatureBlocks(EvaluationOrder.of(training, data.test()))) {
      Trainer.builder(training, batches)
          .schedule(LearningRateSchedule.cosine(learningRate, steps, 0))
          .steps(steps)
          .seed(seed)
          .build()
          .run();
      EvaluationReport report =
          NetworkEvaluation.ofClassifiers(training, data.classes()).evaluate(test);
      Teacher teacher = training.teacher();
      boolean own = teacher != null && teacher.statistics() != TeacherStatistics.BATCH;
      @Nullable LinearLayer layer =
          FeatureHead.classifier(own ? requireNonNull(teacher).graph() : student.graph());
      return new Trained(report, layer == null ? null : data.standardization().undo(layer));
    } finally {
      student.releaseMemory();
      Teacher teacher = training.teacher();
      if (teacher != null) {
        teacher.releaseMemory();
      }
    }
  }
}
