package dev.eman.datasets.image;

/**
 * Says what part of an image is needed, once its size is known and before its pixels are decoded: a
 * crop drawn at random saves decoding the rest.
 */
@FunctionalInterface
public interface DecodePlan {
  /** Everything, at full scale. */
  DecodePlan WHOLE = (width, height, region) -> region.set(0, 0, width, height);

  /**
   * Chooses the region.
   *
   * @param width of the image in pixels
   * @param height of the image in pixels
   * @param region set to what is needed, inside of the image
   */
  void plan(int width, int height, Region region);
}
