package dev.eman.core.eval;

import com.google.common.collect.ImmutableList;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import java.util.List;

/** Judges features by nearest neighbours: the labelled images of a bank vote on test images. */
public final class KnnEvaluator {
  /** The temperature of weighted votes (Wu et al. 2018). */
  public static final double TEMPERATURE = 0.07;

  private KnnEvaluator() {}

  /**
   * Searches the neighbours of test images in a bank that goes by.
   *
   * @param bank of labelled images, with an end; read to it, not closed
   * @param queries one for each extractor
   * @param nearest the greatest k of interest
   * @return one search for each extractor
   */
  public static ImmutableList<NearestNeighbors> search(
      BatchSource bank, List<FeatureExtractor> extractors, List<Features> queries, int nearest) {
    ImmutableList<NearestNeighbors> searches =
        queries.stream()
            .map(q -> new NearestNeighbors(q.values(), nearest))
            .collect(ImmutableList.toImmutableList());
    while (bank.hasNext()) {
      Batch batch = bank.next();
      for (int i = 0; i < searches.size(); i++) {
        searches.get(i).add(Features.floats(extractors.get(i), batch), batch.labels().toArray());
      }
    }
    return searches;
  }
}
