package dev.eman.train.errors;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.eval.NearestNeighbors;
import dev.eman.train.encoder.FeatureRows;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Images unlike all others: those whose mean distance (one less cosine similarity) to their nearest
 * neighbours is far above the usual (Kuan and Mueller 2022, arXiv 2207.03061), beyond the upper
 * quartile by more than three times the distance of the quartiles (Tukey's outer fence).
 */
public final class Outliers {
  private static final int NEIGHBORS = 10;
  private static final double FENCE = 3;
  private static final int MOST_IN_BANK = 50_000;
  private static final int BLOCK = 8192;
  private static final int QUERIES = 1 << 15;

  private Outliers() {}

  /**
   * An image unlike all others.
   *
   * @param image its number, from 0
   * @param distance mean distance to its nearest neighbours, 0 to 2
   * @param usual the median of all images' distances
   */
  public record Outlier(int image, double distance, double usual) {}

  /**
   * Finds them, the furthest first.
   *
   * @param features {@code [N, D]}, float32, finite, rows of any length; read. Of more than 50,000
   *     images that many, evenly spaced, are the neighbours
   */
  public static ImmutableList<Outlier> find(INDArray features) {
    double[] distances = distances(features);
    if (distances.length < 4) {
      return ImmutableList.of(); // No quartiles.
    }
    double[] sorted = distances.clone();
    Arrays.sort(sorted);
    double lower = sorted[sorted.length / 4];
    double upper = sorted[sorted.length * 3 / 4];
    double most = upper + FENCE * (upper - lower);
    double median = sorted[sorted.length / 2];
    return IntStream.range(0, distances.length)
        .filter(i -> distances[i] > most)
        .mapToObj(i -> new Outlier(i, distances[i], median))
        .sorted(Comparator.comparingDouble(Outlier::distance).reversed())
        .collect(ImmutableList.toImmutableList());
  }

  /** The mean distance of each image to its nearest neighbours, {@code [N]}. */
  static double[] distances(INDArray features) {
    return distances(features, QUERIES);
  }

  /** The same, for so many images at once. */
  static double[] distances(INDArray features, int queries) {
    int n = Math.toIntExact(features.size(0));
    checkArgument(n > 0, "features: expected at least one image, got none");
    INDArray all = FeatureRows.viewable(features);
    double[] distances = new double[n];
    for (int from = 0; from < n; from += queries) {
      distances(all, from, Math.min(n, from + queries), distances);
    }
    return distances;
  }

  /** Those of some images: a search holds its queries' neighbours on the heap. */
  private static void distances(INDArray features, int from, int to, double[] into) {
    int[] bank = bank(Math.toIntExact(features.size(0)));
    INDArray queries = features.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()).dup('c');
    NearestNeighbors search = new NearestNeighbors(queries, NEIGHBORS + 1);
    for (int at = 0; at < bank.length; at += BLOCK) {
      int[] part = Arrays.copyOfRange(bank, at, Math.min(bank.length, at + BLOCK));
      INDArray rows =
          features.get(
              NDArrayIndex.indices(Arrays.stream(part).asLongStream().toArray()),
              NDArrayIndex.all());
      search.add(rows, new int[part.length]);
    }
    for (int i = from; i < to; i++) {
      int image = i;
      into[i] =
          search.neighbors(i - from, NEIGHBORS + 1).stream()
              .filter(neighbor -> bank[neighbor.index()] != image)
              .limit(NEIGHBORS)
              .mapToDouble(neighbor -> Math.max(0, 1 - neighbor.similarity()))
              .average()
              .orElse(0);
    }
  }

  private static int[] bank(int n) {
    int count = Math.min(n, MOST_IN_BANK);
    return IntStream.range(0, count).map(i -> (int) ((long) i * n / count)).toArray();
  }
}
