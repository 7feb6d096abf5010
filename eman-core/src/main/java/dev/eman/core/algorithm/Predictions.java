package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Suppliers;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.NonFiniteException;
import dev.eman.core.loss.Logits;
import dev.eman.core.loss.Softmax;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a network predicts for unlabelled images: what pseudo labels are made from. Immutable. */
public final class Predictions {
  private final INDArray logits;
  private final ImmutableIntArray indices;
  private final INDArray probabilities;
  private final double[] values;
  private final int[] labels;
  private final int size;
  private final int classes;
  private final @Nullable Supplier<Predictions> labeled;

  private Predictions(
      INDArray logits, ImmutableIntArray indices, @Nullable Supplier<Predictions> labeled) {
    this.logits = logits;
    this.indices = indices;
    this.labeled = labeled;
    this.probabilities = Softmax.of(logits);
    this.values = probabilities.dup('c').data().asDouble();
    this.size = (int) logits.size(0);
    this.classes = (int) logits.size(1);
    this.labels = new int[size];
    Arrays.setAll(labels, this::likeliest);
  }

  /** A hard label of NaN would be the first class, below any threshold: ignored without a word. */
  private int likeliest(int image) {
    int best = 0;
    for (int k = 0; k < classes; k++) {
      if (Double.isNaN(probability(image, k))) {
        throw new NonFiniteException(
            "the prediction for an image that a pseudo label is made from is NaN, as logits are NaN"
                + " or infinite; train with a lower learning rate from an earlier checkpoint, or"
                + " look for bad input");
      }
      if (probability(image, k) > probability(image, best)) {
        best = k;
      }
    }
    return best;
  }

  /**
   * Predictions for images whose places in the pool are not known.
   *
   * @param logits {@code [N, K]}; kept, not written
   * @throws NonFiniteException if a probability is NaN
   */
  public static Predictions of(INDArray logits) {
    return of(logits, ImmutableIntArray.of());
  }

  /**
   * Predictions.
   *
   * @param logits {@code [N, K]}; kept, not written
   * @param indices of the images in the pool of unlabelled ones {@code [N]}, as {@link
   *     dev.eman.core.data.Batch} has them; empty if not known
   * @throws NonFiniteException if a probability is NaN
   */
  public static Predictions of(INDArray logits, ImmutableIntArray indices) {
    checkArgument(
        indices.isEmpty() || indices.length() == logits.size(0),
        "indices: expected [%s] or none, got [%s]",
        logits.size(0),
        indices.length());
    return new Predictions(logits, indices, null);
  }

  /** These, with the predictions for the labelled images of the same batch, made when asked for. */
  Predictions beside(Supplier<Predictions> labeledImages) {
    return new Predictions(logits, indices, Suppliers.memoize(labeledImages::get));
  }

  /**
   * The predictions for the labelled images of the same batch: of the network that {@link
   * PseudoLabelAlgorithm#teacherSeesLabeled} names, constants.
   *
   * @throws IllegalStateException if these were made without
   */
  public Predictions labeled() {
    checkState(labeled != null, "predictions: made without those of the labelled images");
    return labeled.get();
  }

  /**
   * What the same network would predict with a bias for each class: {@code softmax(logits + bias)}.
   * The logarithm of a factor multiplies the probabilities by it, normalised again, which is
   * distribution alignment.
   *
   * @param bias {@code [K]}; read
   */
  public Predictions biased(double... bias) {
    return new Predictions(Logits.biased(logits, bias), indices, labeled);
  }

  /** N, the number of images. */
  public int size() {
    return size;
  }

  /** K, the number of classes. */
  public int classes() {
    return classes;
  }

  /** The logits {@code [N, K]}; do not write. */
  public INDArray logits() {
    return logits;
  }

  /** The softmax of the logits {@code [N, K]}; do not write. */
  public INDArray probabilities() {
    return probabilities;
  }

  /** The probability of a class. */
  public double probability(int image, int label) {
    return values[image * classes + label];
  }

  /** The most likely class; of equal ones the first. */
  public int label(int image) {
    return labels[image];
  }

  /** The most likely classes {@code [N]}; a new array. */
  public int[] labels() {
    return labels.clone();
  }

  /** The probability of the most likely class. */
  public double confidence(int image) {
    return probability(image, label(image));
  }

  /** The mean over the images of each class's probability {@code [K]}; a new array. */
  public double[] meanProbabilities() {
    double[] mean = new double[classes];
    for (int at = 0; at < values.length; at++) {
      mean[at % classes] += values[at];
    }
    Arrays.setAll(mean, k -> mean[k] / size);
    return mean;
  }

  /** The probabilities of the most likely classes {@code [N]}; a new array. */
  public double[] confidences() {
    double[] confidences = new double[size];
    Arrays.setAll(confidences, this::confidence);
    return confidences;
  }

  /** The part of the images whose most likely class is each {@code [K]}; a new array. */
  public double[] labelHistogram() {
    double[] part = new double[classes];
    for (int label : labels) {
      part[label] += 1.0 / size;
    }
    return part;
  }

  /**
   * The image's place in the pool of unlabelled ones, for what is remembered about each image.
   *
   * @throws IllegalStateException if the source of the batches does not know it
   */
  public int index(int image) {
    checkState(
        !indices.isEmpty(),
        "this algorithm remembers images: expected batches with the indices of unlabelled images");
    return indices.get(image);
  }
}
