package dev.eman.core.eval;

import com.google.common.collect.ImmutableList;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Evaluates features by nearest neighbours: the labelled images of a bank vote on test images. */
public final class KnnEvaluator {
  /** The temperature of weighted votes (Wu et al. 2018). */
  public static final double TEMPERATURE = 0.07;

  private static final int BLOCK = 4096;

  private KnnEvaluator() {}

  /**
   * Finds each query's nearest neighbours in a bank that is streamed block by block.
   *
   * @param bank labelled images; read to its end, not closed
   * @param queries features of the test images, one for each extractor
   * @param nearest the greatest k of interest, at least 1
   * @return one search for each extractor
   */
  public static ImmutableList<NearestNeighbors> search(
      BatchSource bank,
      List<? extends ImageEncoder> extractors,
      List<Features> queries,
      int nearest) {
    ImmutableList<NearestNeighbors> searches =
        queries.stream()
            .map(q -> new NearestNeighbors(q.values(), nearest))
            .collect(ImmutableList.toImmutableList());
    // Batches are small for a product of matrices: some thousand rows are searched at once.
    List<INDArray> blocks =
        queries.stream()
            .map(q -> Nd4j.createUninitialized(DataType.FLOAT, BLOCK, q.values().size(1)))
            .toList();
    int[] labels = new int[BLOCK];
    int filled = 0;
    while (bank.hasNext()) {
      Batch batch = bank.next();
      List<INDArray> features = extractors.stream().map(x -> Features.floats(x, batch)).toList();
      int rows = batch.labels().length();
      for (int done = 0; done < rows; ) {
        int n = Math.min(rows - done, BLOCK - filled);
        for (int i = 0; i < searches.size(); i++) {
          rows(blocks.get(i), filled, filled + n).assign(rows(features.get(i), done, done + n));
        }
        for (int i = 0; i < n; i++) {
          labels[filled + i] = batch.labels().get(done + i);
        }
        filled += n;
        done += n;
        if (filled == BLOCK) {
          flush(searches, blocks, labels, filled);
          filled = 0;
        }
      }
    }
    flush(searches, blocks, labels, filled);
    return searches;
  }

  private static void flush(
      List<NearestNeighbors> searches, List<INDArray> blocks, int[] labels, int filled) {
    for (int i = 0; i < searches.size() && filled > 0; i++) {
      searches.get(i).add(rows(blocks.get(i), 0, filled), Arrays.copyOf(labels, filled));
    }
  }

  private static INDArray rows(INDArray matrix, long from, long to) {
    return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }
}
