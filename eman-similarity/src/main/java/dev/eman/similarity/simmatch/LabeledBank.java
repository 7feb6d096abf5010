package dev.eman.similarity.simmatch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.Contributions;
import dev.eman.core.algorithm.Reduction;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.Directions;
import java.lang.ref.Reference;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The embedding and the label of each labelled image, as of the last step that had it, or averaged
 * with those of former steps. Entries that no step has had yet are left out.
 */
final class LabeledBank {
  private static final String BANK = "bank";
  private static final String LABELS = "bank_labels";
  private static final String SEEN = "bank_seen";
  private static final int EMPTY = -1;

  private final INDArray embeddings;
  private final INDArray labels;
  private final double momentum;
  private final INDArray seen = Nd4j.zeros(DataType.DOUBLE, 1);

  /**
   * An empty bank.
   *
   * @param images with labels, at least 1
   * @param momentum m in [0, 1]: an entry becomes {@code m} times itself and {@code 1 − m} times
   *     the new embedding, of length 1; the first embedding of an image is taken as it is
   */
  LabeledBank(int images, int dimension, DataType type, double momentum) {
    checkArgument(images > 0, "SimMatch remembers labelled images: expected some, got none");
    this.momentum = momentum;
    embeddings = Nd4j.zeros(type, images, dimension);
    labels = Nd4j.valueArrayOf(new long[] {images}, EMPTY, type);
  }

  /**
   * What the bank holds.
   *
   * @param embeddings {@code [L, D]}, of length 1; do not write
   * @param labels {@code [L]}
   */
  record Entries(INDArray embeddings, ImmutableIntArray labels) {}

  /** Whether no image has been seen yet. */
  boolean isEmpty() {
    return seen.getDouble(0) == 0;
  }

  /** What it holds now: at least one entry. Until all images have been seen it is a copy. */
  Entries entries() {
    int[] all = labels.toIntVector();
    int[] filled = IntStream.range(0, all.length).filter(i -> all[i] != EMPTY).toArray();
    return new Entries(
        filled.length == all.length ? embeddings : rows(filled),
        ImmutableIntArray.copyOf(IntStream.of(filled).map(i -> all[i])));
  }

  private INDArray rows(int... which) {
    try {
      return Nd4j.pullRows(embeddings, 1, which);
    } finally {
      Reference.reachabilityFence(embeddings); // It takes the address alone.
    }
  }

  /** Whether as many labelled images have been seen as there are: an epoch of them. */
  boolean hasSeenAll() {
    return seen.getDouble(0) >= labels.length();
  }

  /**
   * Checks that the images of a batch have places in the bank.
   *
   * @throws IllegalArgumentException if they have not
   */
  void check(Batch batch) {
    ImmutableIntArray indices = batch.labeledIndices();
    checkArgument(
        indices.length() == batch.labels().length(),
        "SimMatch remembers labelled images: expected batches with their indices, got none");
    indices.forEach(
        index ->
            checkArgument(
                index < labels.length(),
                "labelled image %s: expected indices below the %s labelled images",
                index,
                labels.length()));
  }

  /** Takes along a part of a batch, for {@link #write}. */
  static void contribute(StepContext context, INDArray embeddings) {
    context.contribute(BANK, Reduction.GATHER, embeddings);
    context.contribute(LABELS, Reduction.GATHER, numbers(context.batch().labels()));
    context.contribute(SEEN, Reduction.GATHER, numbers(context.batch().labeledIndices()));
  }

  private static INDArray numbers(ImmutableIntArray values) {
    return Nd4j.createFromArray(values.stream().asDoubleStream().toArray());
  }

  /** Renews the entries of the images of a step. */
  void write(Contributions contributions) {
    INDArray written = contributions.get(BANK);
    INDArray newLabels = contributions.get(LABELS);
    INDArray indices = contributions.get(SEEN);
    if (momentum > 0) {
      written = written.dup();
      for (int i = 0; i < indices.length(); i++) {
        average(indices.getLong(i), StepContext.rows(written, i, i + 1));
      }
    }
    // After all averages: an image that is in a batch twice moves its entry once.
    for (int i = 0; i < indices.length(); i++) {
      long at = indices.getLong(i);
      embeddings.putRow(at, StepContext.rows(written, i, i + 1));
      labels.putScalar(at, newLabels.getDouble(i));
    }
    seen.addi(indices.length());
  }

  /** Replaces a new embedding by its average with the entry, if there is one. */
  private void average(long at, INDArray embedding) {
    if (labels.getDouble(at) != EMPTY) {
      INDArray entry = StepContext.rows(embeddings, at, at + 1);
      embedding.muli(1 - momentum).addi(entry.mul(momentum));
      embedding.assign(Directions.of(embedding).unit());
    }
  }

  Map<String, INDArray> state() {
    return ImmutableMap.of(BANK, embeddings, LABELS, labels, SEEN, seen);
  }
}
