package dev.eman.datasets.pipeline;

import dev.eman.core.EmanException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.augment.Transform;
import dev.eman.datasets.augment.UnfitImageException;
import dev.eman.datasets.augment.ViewRandom;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.Region;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Reads an image once and makes all of its views. Its buffers are used again, so one instance
 * belongs to one thread, and an image costs no allocation.
 */
final class ViewMaker {
  private final long seed;
  private final Normalizer normalizer;
  private final ViewRandom random = new ViewRandom();
  private final Region planned = new Region();
  private final Image source = new Image();
  private final Image work = new Image();
  private final DecodePlan plan = this::plan;
  private List<Transform> views = List.of();
  private long epoch;
  private int index;
  private int firstView;

  ViewMaker(long seed, Normalizer normalizer) {
    this.seed = seed;
    this.normalizer = normalizer;
  }

  /**
   * Makes the views of one image.
   *
   * @param stream that it belongs to
   * @param image its position in the data set
   * @param inEpoch of the stream
   * @param viewNumber of the stream's first view, for the random numbers
   * @param targets one for each view
   * @param row where to write to, as a number of images
   */
  void make(
      ImageStream stream, int image, long inEpoch, int viewNumber, FloatBuffer[] targets, int row) {
    views = stream.views();
    epoch = inEpoch;
    index = image;
    firstView = viewNumber;
    ImageDataset data = stream.data();
    try {
      data.read(image, plan, source);
      apply(data, targets, row);
    } catch (UnfitImageException e) {
      throw new CorruptImageException(failure(data, image) + e.getMessage(), e);
    } catch (EmanException e) {
      throw e;
    } catch (RuntimeException e) { // A fault of a decoder or a transform.
      throw new IllegalStateException(failure(data, image) + e, e);
    }
  }

  /** Writes zeros in place of an image's views. */
  void clear(FloatBuffer[] targets, int row) {
    float[] zeros = new float[normalizer.length()];
    for (FloatBuffer target : targets) {
      target.put(row * zeros.length, zeros);
    }
  }

  private static String failure(ImageDataset data, int image) {
    return "cannot prepare " + data.imageName(image) + " of " + data.name() + ": ";
  }

  private void apply(ImageDataset data, FloatBuffer[] targets, int row) {
    for (int v = 0; v < views.size(); v++) {
      Image view = source;
      if (v < views.size() - 1) { // The last one may destroy the original.
        work.copyFrom(source);
        view = work;
      }
      seed(v);
      views.get(v).apply(view, random);
      normalizer.check(view, data.name());
      normalizer.write(view, targets[v], row * normalizer.length());
    }
  }

  /** What all views need together. */
  private void plan(int width, int height, Region region) {
    for (int v = 0; v < views.size(); v++) {
      seed(v);
      if (v == 0) {
        views.get(v).plan(width, height, random, region);
      } else {
        views.get(v).plan(width, height, random, planned);
        region.include(planned);
      }
    }
  }

  private void seed(int view) {
    random.seed(seed, epoch, index, firstView + view);
  }
}
