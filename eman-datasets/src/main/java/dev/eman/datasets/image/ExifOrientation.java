package dev.eman.datasets.image;

/**
 * The orientations that a file can note, by the number that stands for them: how the stored image
 * becomes the one to be shown. Rows and columns are swapped last, after the stored image has been
 * mirrored.
 */
enum ExifOrientation {
  UPRIGHT(false, false, false),
  MIRRORED(true, false, false),
  UPSIDE_DOWN(true, true, false),
  FLIPPED(false, true, false),
  TRANSPOSED(false, false, true),
  CLOCKWISE(false, true, true),
  TRANSVERSED(true, true, true),
  COUNTERCLOCKWISE(true, false, true);

  private static final ExifOrientation[] BY_NUMBER = values();

  /** Pixels across and down that are moved together, so that both images stay in the cache. */
  private static final int TILE = 32;

  private final boolean mirrorX;
  private final boolean mirrorY;
  private final boolean swaps;

  ExifOrientation(boolean mirrorX, boolean mirrorY, boolean swaps) {
    this.mirrorX = mirrorX;
    this.mirrorY = mirrorY;
    this.swaps = swaps;
  }

  /** By a number from a file; upright where it means nothing. */
  static ExifOrientation of(int number) {
    return number >= 1 && number <= BY_NUMBER.length ? BY_NUMBER[number - 1] : UPRIGHT;
  }

  /**
   * Asks a plan that knows nothing of orientations.
   *
   * @param plan of the image as it is shown
   * @param width of the stored image in pixels
   * @param height of the stored image in pixels
   * @param region set to the part of the stored image
   */
  void plan(DecodePlan plan, int width, int height, Region region) {
    if (!swaps) {
      plan.plan(width, height, region);
    } else {
      plan.plan(height, width, region);
    }
    if (this == UPRIGHT) {
      return;
    }
    int reduction = region.reduction();
    int across = swaps ? region.height() : region.width();
    int down = swaps ? region.width() : region.height();
    int x = swaps ? region.y() : region.x();
    int y = swaps ? region.x() : region.y();
    region.set(mirrorX ? width - x - across : x, mirrorY ? height - y - down : y, across, down);
    // Pixels of a reduced image are counted from the stored image's edge.
    while ((mirrorX && width % reduction != 0) || (mirrorY && height % reduction != 0)) {
      reduction /= 2;
    }
    region.reduce(reduction);
  }

  /** Makes of a stored image, or a part of it, the one to be shown. */
  void apply(Image image) {
    if (this == UPRIGHT) {
      return;
    }
    int width = image.width();
    int height = image.height();
    int reduction = image.reduction();
    int fullWidth = image.originalWidth();
    int fullHeight = image.originalHeight();
    int x = mirrorX ? fullWidth / reduction - image.originX() - width : image.originX();
    int y = mirrorY ? fullHeight / reduction - image.originY() - height : image.originY();
    move(image);
    if (swaps) {
      image.swap(height, width, image.channels());
      image.setOrigin(y, x, reduction, fullHeight, fullWidth);
    } else {
      image.swap(width, height, image.channels());
      image.setOrigin(x, y, reduction, fullWidth, fullHeight);
    }
    image.setTurned();
  }

  /** To the second buffer. */
  private void move(Image image) {
    int channels = image.channels();
    int row = image.width() * channels;
    int first = (mirrorY ? (image.height() - 1) * row : 0) + (mirrorX ? row - channels : 0);
    int alongX = mirrorX ? -channels : channels;
    int alongY = mirrorY ? -row : row;
    int width = swaps ? image.height() : image.width();
    int height = swaps ? image.width() : image.height();
    int stepX = swaps ? alongY : alongX;
    int stepY = swaps ? alongX : alongY;
    byte[] to = image.spare(image.length());
    byte[] from = image.pixels();
    for (int top = 0; top < height; top += TILE) {
      for (int left = 0; left < width; left += TILE) {
        int right = Math.min(width, left + TILE);
        for (int y = top; y < Math.min(height, top + TILE); y++) {
          int at = (y * width + left) * channels;
          int source = first + y * stepY + left * stepX;
          for (int x = left; x < right; x++, source += stepX) {
            for (int c = 0; c < channels; c++) {
              to[at++] = from[source + c];
            }
          }
        }
      }
    }
  }
}
