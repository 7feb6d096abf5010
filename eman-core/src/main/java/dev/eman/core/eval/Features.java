package dev.eman.core.eval;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The features of labelled images, computed once.
 *
 * @param values {@code [N, F]}, float32, c order, not normalised; copied where they are later rows
 *     of another array
 * @param labels {@code [N]}
 */
public record Features(INDArray values, ImmutableIntArray labels) {
  /** Checks the shapes. */
  public Features {
    checkArgument(
        values.rank() == 2 && values.size(0) == labels.length(),
        "features: expected [%s, F], got %s",
        labels.length(),
        values.shapeInfoToString());
    // ND4J takes later rows of such a view for empty ones.
    values = values.offset() == 0 ? values : values.dup('c');
  }

  /**
   * Computes the features of all images of a source.
   *
   * @param source labelled images; read to its end, not closed
   * @return one for each extractor
   */
  public static ImmutableList<Features> of(
      BatchSource source, List<? extends ImageEncoder> extractors) {
    List<List<INDArray>> parts = new ArrayList<>();
    extractors.forEach(e -> parts.add(new ArrayList<>()));
    ImmutableIntArray.Builder labels = ImmutableIntArray.builder();
    while (source.hasNext()) {
      Batch batch = source.next();
      for (int i = 0; i < extractors.size(); i++) {
        parts.get(i).add(floats(extractors.get(i), batch).dup('c'));
      }
      labels.addAll(batch.labels());
    }
    ImmutableIntArray all = labels.build();
    checkArgument(!all.isEmpty(), "features: expected a source of images, got an empty one");
    return parts.stream()
        .map(p -> new Features(Nd4j.concat(0, p.toArray(new INDArray[0])), all))
        .collect(ImmutableList.toImmutableList());
  }

  static INDArray floats(ImageEncoder extractor, Batch batch) {
    return extractor.features(batch.requireLabeled()).castTo(DataType.FLOAT);
  }

  /** The features and labels of some rows, in the order given. */
  public Features select(ImmutableIntArray rows) {
    ImmutableIntArray.Builder chosenLabels = ImmutableIntArray.builder(rows.length());
    rows.forEach(row -> chosenLabels.add(labels.get(row)));
    return new Features(rows(values, rows.toArray()), chosenLabels.build());
  }

  /**
   * Some rows of a table, in the order given, by one native operation: one for each row would cost
   * more than a step on them.
   *
   * @param table {@code [N, F]}, c order; read
   * @param rows each from 0 to N - 1
   * @return {@code [rows, F]}, a new array
   */
  public static INDArray rows(INDArray table, int[] rows) {
    try {
      return Nd4j.pullRows(table, 1, rows, 'c');
    } finally {
      Reference.reachabilityFence(table);
    }
  }
}
