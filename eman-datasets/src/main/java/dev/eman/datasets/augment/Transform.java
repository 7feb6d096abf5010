package dev.eman.datasets.augment;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.Region;

/**
 * Makes a view of an image. Stateless, hence safe for use by several threads at once: all chance
 * comes from the random numbers it is given.
 */
@FunctionalInterface
public interface Transform {
  /** Leaves the image as it is. */
  Transform IDENTITY = (image, random) -> {};

  /**
   * Changes the image in place; its size may change.
   *
   * @param image unsigned bytes {@code [H, W, C]}, 1 or 3 channels
   * @param random seeded for this view
   */
  void apply(Image image, ViewRandom random);

  /**
   * Says what part of the original {@link #apply} will use, given the same random numbers. By
   * default everything. A transform that says less must look at {@link Image#isWhole}.
   *
   * @param width of the original in pixels
   * @param height of the original in pixels
   * @param random seeded for this view
   * @param region to be set
   */
  default void plan(int width, int height, ViewRandom random, Region region) {
    region.set(0, 0, width, height);
  }

  /** This transform, then another. */
  default Transform then(Transform next) {
    return sequence(this, next);
  }

  /** Several transforms, in order. */
  static Transform sequence(Transform... steps) {
    ImmutableList<Transform> all = ImmutableList.copyOf(steps);
    if (all.isEmpty()) {
      return IDENTITY;
    }
    return new Transform() {
      @Override
      public void apply(Image image, ViewRandom random) {
        for (int i = 0; i < all.size(); i++) { // An iterator for each image would be garbage.
          all.get(i).apply(image, random);
        }
      }

      @Override
      public void plan(int width, int height, ViewRandom random, Region region) {
        all.get(0).plan(width, height, random, region);
      }
    };
  }
}
