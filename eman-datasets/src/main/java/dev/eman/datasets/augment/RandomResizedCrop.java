package dev.eman.datasets.augment;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.Region;
import dev.eman.datasets.image.Resampling;

/**
 * A rectangle of random area and shape, scaled to a square: ten tries to find one that fits into
 * the image, then the largest central one of an allowed shape, as in torchvision. Decodes no more
 * than the rectangle, at the smallest scale that is no smaller than the result.
 */
final class RandomResizedCrop implements Transform {
  private static final int TRIES = 10;

  private final int size;
  private final double minScale;
  private final double maxScale;
  private final double minLogRatio;
  private final double maxLogRatio;

  RandomResizedCrop(int size, double minScale, double maxScale, double minRatio, double maxRatio) {
    checkArgument(size > 0, "size: expected at least 1, got %s", size);
    checkArgument(
        0 < minScale && minScale <= maxScale && maxScale <= 1,
        "scale: expected 0 < min <= max <= 1, got %s to %s",
        minScale,
        maxScale);
    checkArgument(
        0 < minRatio && minRatio <= maxRatio,
        "ratio: expected 0 < min <= max, got %s to %s",
        minRatio,
        maxRatio);
    this.size = size;
    this.minScale = minScale;
    this.maxScale = maxScale;
    this.minLogRatio = Math.log(minRatio);
    this.maxLogRatio = Math.log(maxRatio);
  }

  @Override
  public void plan(int width, int height, ViewRandom random, Region region) {
    draw(width, height, random, region);
    region.reduceFor(size, size);
  }

  @Override
  public void apply(Image image, ViewRandom random) {
    Region box = new Region(); // Does not escape: no allocation.
    draw(image.originalWidth(), image.originalHeight(), random, box);
    double scale = 1.0 / image.reduction();
    double x = Math.max(0, box.x() * scale - image.originX());
    double y = Math.max(0, box.y() * scale - image.originY());
    double boxWidth = Math.min(box.width() * scale, image.width() - x);
    double boxHeight = Math.min(box.height() * scale, image.height() - y);
    Resampling.resizeInPlace(image, x, y, boxWidth, boxHeight, size, size);
    if (image.isTraced()) {
      image.trace("crop " + box.width() + "x" + box.height());
    }
  }

  private void draw(int width, int height, ViewRandom random, Region box) {
    double area = (double) width * height;
    for (int i = 0; i < TRIES; i++) {
      double target = area * random.uniform(minScale, maxScale);
      double ratio = Math.exp(random.uniform(minLogRatio, maxLogRatio));
      int w = (int) Math.rint(Math.sqrt(target * ratio));
      int h = (int) Math.rint(Math.sqrt(target / ratio));
      if (w > 0 && w <= width && h > 0 && h <= height) {
        box.set(random.nextInt(width - w + 1), random.nextInt(height - h + 1), w, h);
        return;
      }
    }
    double ratio = (double) width / height;
    int w = width;
    int h = height;
    if (ratio < Math.exp(minLogRatio)) {
      h = (int) Math.rint(width / Math.exp(minLogRatio));
    } else if (ratio > Math.exp(maxLogRatio)) {
      w = (int) Math.rint(height * Math.exp(maxLogRatio));
    }
    w = Math.max(1, Math.min(w, width));
    h = Math.max(1, Math.min(h, height));
    box.set((width - w) / 2, (height - h) / 2, w, h);
  }
}
