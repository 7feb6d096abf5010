package dev.eman.datasets.image;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A rectangle of an image in pixels of the original, and how many pixels of it in each direction
 * may become one in decoding. Mutable, so that planning allocates nothing.
 */
public final class Region {
  private int x;
  private int y;
  private int width;
  private int height;
  private int reduction = 1;

  /** Sets the rectangle, at full scale. */
  public Region set(int left, int top, int newWidth, int newHeight) {
    checkArgument(
        left >= 0 && top >= 0 && newWidth > 0 && newHeight > 0,
        "region: expected a rectangle in the image, got %s,%s of %sx%s",
        left,
        top,
        newWidth,
        newHeight);
    x = left;
    y = top;
    width = newWidth;
    height = newHeight;
    reduction = 1;
    return this;
  }

  /**
   * Allows decoding at reduced scale.
   *
   * @param denominator 1, 2, 4 or 8: the image becomes that much smaller in both directions
   */
  public Region reduce(int denominator) {
    checkArgument(
        denominator == 1 || denominator == 2 || denominator == 4 || denominator == 8,
        "reduction: expected 1, 2, 4 or 8, got %s",
        denominator);
    reduction = denominator;
    return this;
  }

  /**
   * Allows the strongest reduction that leaves at least the given size, so that scaling down to
   * that size loses nothing by it.
   */
  public Region reduceFor(int targetWidth, int targetHeight) {
    int denominator = 1;
    while (denominator < 8
        && width / (2 * denominator) >= targetWidth
        && height / (2 * denominator) >= targetHeight) {
      denominator *= 2;
    }
    return reduce(denominator);
  }

  /** Grows to hold the other region too, at the finer of both scales. */
  public Region include(Region other) {
    int right = Math.max(x + width, other.x + other.width);
    int bottom = Math.max(y + height, other.y + other.height);
    int finer = Math.min(reduction, other.reduction);
    x = Math.min(x, other.x);
    y = Math.min(y, other.y);
    width = right - x;
    height = bottom - y;
    reduction = finer;
    return this;
  }

  /** The left edge in pixels of the original. */
  public int x() {
    return x;
  }

  /** The upper edge in pixels of the original. */
  public int y() {
    return y;
  }

  /** The width in pixels of the original. */
  public int width() {
    return width;
  }

  /** The height in pixels of the original. */
  public int height() {
    return height;
  }

  /** How much smaller the image may be decoded: 1, 2, 4 or 8. */
  public int reduction() {
    return reduction;
  }

  @Override
  public String toString() {
    return width + "x" + height + "+" + x + "+" + y + "/" + reduction;
  }
}
