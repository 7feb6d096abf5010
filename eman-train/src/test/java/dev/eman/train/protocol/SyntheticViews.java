package dev.eman.train.protocol;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.eval.Features;
import java.util.Arrays;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Features of clusters, one for each class; views are an image's features and noise. */
final class SyntheticViews {
  static final int CLASSES = 3;
  static final int WIDTH = 6;
  private static final double CENTER = 3;

  private SyntheticViews() {}

  /** Image i is of class i % 3. */
  static ImmutableIntArray labels(int images) {
    int[] labels = new int[images];
    Arrays.setAll(labels, i -> i % CLASSES);
    return ImmutableIntArray.copyOf(labels);
  }

  private static float[][] images(int images, Random random) {
    float[][] rows = new float[images][WIDTH];
    for (int i = 0; i < images; i++) {
      for (int d = 0; d < WIDTH; d++) {
        rows[i][d] = (float) (random.nextGaussian() + (d == i % CLASSES ? CENTER : 0));
      }
    }
    return rows;
  }

  private static INDArray views(float[][] images, int views, double noise, Random random) {
    float[][] rows = new float[views * images.length][WIDTH];
    for (int row = 0; row < rows.length; row++) {
      for (int d = 0; d < WIDTH; d++) {
        rows[row][d] = (float) (images[row % images.length][d] + noise * random.nextGaussian());
      }
    }
    return Nd4j.createFromArray(rows);
  }

  static HeadProtocol.Data data(int images, int views, long seed) {
    Random random = new Random(seed);
    float[][] train = images(images, random);
    return new HeadProtocol.Data(
        new ViewFeatures(
            views(train, views, 0.1, random), views(train, views, 0.5, random), images),
        labels(images),
        new Features(Nd4j.createFromArray(images(300, random)), labels(300)),
        CLASSES);
  }
}
