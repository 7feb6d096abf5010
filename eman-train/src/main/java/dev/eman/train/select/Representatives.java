package dev.eman.train.select;

import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.BitSet;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Greedy facility location (Wei, Iyer and Bilmes 2015): each pick raises the most by how much the
 * images resemble (cosine similarity) the nearest of those labelled or picked, summed over all
 * images. So it stands in the midst of many that no other resembles, where k-centre takes what is
 * unlike everything. With weights, the rise is summed with those of the images, and multiplied by
 * the pick's own.
 *
 * <p>Gains only fall from pick to pick, so those of before are upper bounds, and most need not be
 * computed again (lazy greedy); the picks are the same.
 */
final class Representatives {
  /** Images that the similarity is summed over, evenly spaced if there are more. */
  private static final int MOST = 4096;

  private final UnitFeatures features;
  private final UnitFeatures sample;
  private final double[] sampleWeights;
  private final double[] weights;
  private final float[] nearest;
  private final PriorityQueue<Gain> queue = new PriorityQueue<>();

  /** What a pick would be worth when so many others had been picked. */
  private record Gain(int image, double value, int picks) implements Comparable<Gain> {
    @Override
    public int compareTo(Gain other) {
      int order = Double.compare(other.value, value);
      return order != 0 ? order : Integer.compare(image, other.image);
    }
  }

  /**
   * Before the first pick.
   *
   * @param centers images that represent those like them already
   * @param candidates images to pick from
   * @param weights {@code [N]}, at least 0
   */
  Representatives(
      UnitFeatures features, ImmutableIntArray centers, BitSet candidates, double[] weights) {
    this.features = features;
    this.weights = weights;
    int count = Math.min(MOST, features.size());
    int[] some =
        IntStream.range(0, count).map(i -> (int) ((long) i * features.size() / count)).toArray();
    sample = features.select(some);
    sampleWeights = Arrays.stream(some).mapToDouble(i -> weights[i]).toArray();
    nearest = new float[count];
    Arrays.fill(nearest, -1); // Of vectors in opposite directions.
    centers.forEach(this::represent);
    int[] images = candidates.stream().toArray();
    double[] values = new double[images.length];
    IntStream.range(0, images.length).parallel().forEach(i -> values[i] = gain(images[i]));
    for (int i = 0; i < images.length; i++) {
      queue.add(new Gain(images[i], values[i], 0));
    }
  }

  /**
   * Picks images; of equally good ones that of the lowest index.
   *
   * @param count how many; fewer if the candidates run out
   */
  ImmutableIntArray pick(int count) {
    ImmutableIntArray.Builder picks = ImmutableIntArray.builder();
    int done = 0;
    while (done < count && !queue.isEmpty()) {
      Gain best = queue.remove();
      if (best.picks() < done) {
        queue.add(new Gain(best.image(), gain(best.image()), done));
        continue;
      }
      picks.add(best.image());
      represent(best.image());
      done++;
    }
    return picks.build();
  }

  private double gain(int image) {
    float[] similarity = sample.productsAlone(features.row(image));
    double sum = 0;
    for (int i = 0; i < similarity.length; i++) {
      sum += sampleWeights[i] * Math.max(0, similarity[i] - nearest[i]);
    }
    return weights[image] * sum;
  }

  private void represent(int image) {
    float[] similarity = sample.productsAlone(features.row(image));
    for (int i = 0; i < similarity.length; i++) {
      nearest[i] = Math.max(nearest[i], similarity[i]);
    }
  }
}
