package dev.eman.train;

import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.core.eval.Evaluator.Classifier;
import dev.eman.core.loss.Softmax;
import dev.eman.core.model.Teacher;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.Resampling;
import dev.eman.datasets.pipeline.BatchPipeline;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Unlabelled training images that a network misclassifies, those first that it is surest of. */
final class PseudoErrors {
  /** Images to look at when a run has ended. */
  static final int MANY = 2000;

  /** Images to look at while it trains, which must not take long. */
  static final int FEW = 200;

  private static final int SHOWN = 24;
  private static final int SIDE = 96;

  private record Wrong(int image, int predicted, double confidence) {}

  private PseudoErrors() {}

  /**
   * The most confident errors on unlabelled images of the network that labels them: the teacher if
   * there is one.
   *
   * @param most images to look at
   */
  static List<Map<String, Object>> of(RunState state, int most) {
    ImmutableIntArray candidates =
        candidates(state.train(), state.unlabeledOfTrain(), state.split().labeled(), most);
    if (candidates.isEmpty()
        || !state.algorithmProvider().classifies()
        || state.algorithmProvider().views().isEmpty()) {
      return List.of();
    }
    @Nullable Teacher teacher = state.algorithm().teacher();
    Classifier network =
        teacher == null ? Classifier.of(state.algorithm().student()) : Classifier.of(teacher);
    try (BatchPipeline shown = state.evaluated(state.train(), candidates)) {
      return find(state.train(), shown, network);
    }
  }

  /** Evenly spaced unlabelled images whose true class is known, but not trained with. */
  static ImmutableIntArray candidates(
      ImageDataset data, ImmutableIntArray unlabeled, ImmutableIntArray labeled, int most) {
    ImmutableSet<Integer> taught = ImmutableSet.copyOf(labeled.asList());
    ImmutableIntArray.Builder some = ImmutableIntArray.builder();
    int step = Math.max(1, unlabeled.length() / most);
    for (int i = 0; i < unlabeled.length(); i += step) {
      int image = unlabeled.get(i);
      if (data.label(image) >= 0 && !taught.contains(image)) {
        some.add(image);
      }
    }
    return some.build();
  }

  /** The most confident errors, for {@code pseudo_errors.json}. */
  static List<Map<String, Object>> find(
      ImageDataset data, BatchPipeline images, Classifier network) {
    List<Wrong> wrong = new ArrayList<>();
    while (images.hasNext()) {
      Batch batch = images.next();
      int[] positions = images.labeledImages();
      INDArray probabilities = Softmax.of(network.logits(batch.requireLabeled()));
      int[] predicted = probabilities.argMax(1).toIntVector();
      for (int i = 0; i < predicted.length; i++) {
        if (predicted[i] != batch.labels().get(i)) {
          wrong.add(
              new Wrong(positions[i], predicted[i], probabilities.getDouble(i, predicted[i])));
        }
      }
    }
    wrong.sort(Comparator.comparingDouble(Wrong::confidence).reversed());
    return wrong.stream().limit(SHOWN).map(w -> describe(data, w)).toList();
  }

  private static Map<String, Object> describe(ImageDataset data, Wrong wrong) {
    return Map.of(
        "index", wrong.image(),
        "predicted", data.classNames().get(wrong.predicted()),
        "truth", data.classNames().get(data.label(wrong.image())),
        "confidence", wrong.confidence(),
        "png", Base64.getEncoder().encodeToString(Png.encode(small(data.image(wrong.image())))));
  }

  /** The image, no longer or higher than {@value #SIDE} pixels. */
  static Image small(Image image) {
    double scale = (double) SIDE / Math.max(image.width(), image.height());
    if (scale < 1) {
      Resampling.resizeInPlace(
          image,
          (int) Math.max(1, Math.rint(scale * image.width())),
          (int) Math.max(1, Math.rint(scale * image.height())));
    }
    return image;
  }
}
