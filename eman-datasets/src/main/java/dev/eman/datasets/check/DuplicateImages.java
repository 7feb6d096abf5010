package dev.eman.datasets.check;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds images that are in a data set twice, as {@link DataCheck} does. */
public final class DuplicateImages {
  private static final Logger LOG = LoggerFactory.getLogger(DuplicateImages.class);

  private DuplicateImages() {}

  /**
   * An image that is there twice.
   *
   * @param image its position, counted through the parts in their order
   * @param other the first one like it, a lower position
   * @param exact whether all pixels are equal; else the two differ by little, as after scaling or
   *     compression
   */
  public record Pair(int image, int other, boolean exact) {}

  /**
   * Decodes all images and compares them. Where very many look alike, not all pairs that are nearly
   * the same are found, and the log says so.
   *
   * @param parts of the data set, in an order by {@link Part}; read, not closed
   * @param threads that decode, at least 1
   * @return first the exact ones, each image at most once; images that cannot be decoded are left
   *     out
   */
  public static ImmutableList<Pair> find(
      Map<Part, ImageDataset> parts, int threads, CheckListener listener) {
    Scan scan = new Scan(parts, threads);
    scan.read(listener);
    Duplicates duplicates = new Duplicates(scan);
    if (!duplicates.isComplete()) {
      LOG.warn(Duplicates.INCOMPLETE);
    }
    ImmutableList.Builder<Pair> pairs = ImmutableList.builder();
    duplicates.same().forEach((image, others) -> pairs.add(new Pair(image, others.get(0), true)));
    for (Map.Entry<Integer, List<Integer>> near : duplicates.near().entrySet()) {
      pairs.add(new Pair(near.getKey(), near.getValue().get(0), false));
    }
    return pairs.build();
  }
}
