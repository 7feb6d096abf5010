package dev.eman.datasets.augment;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.datasets.image.Blur;
import dev.eman.datasets.image.Colors;
import dev.eman.datasets.image.Geometry;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.Region;
import dev.eman.datasets.image.Resampling;
import java.util.Locale;

/** The transforms that policies are made of, with the semantics of torchvision. */
public final class Transforms {
  /** What Cutout paints. */
  private static final int MEAN_GRAY = 127;

  private static final double RATIO = 4.0 / 3.0;

  private Transforms() {}

  /** Mirrors left and right with the given probability. */
  public static Transform horizontalFlip(double probability) {
    checkProbability(probability);
    return (image, random) -> {
      if (random.chance(probability)) {
        Geometry.flipInPlace(image);
        image.trace("flip");
      }
    };
  }

  /**
   * Pads each side by reflection and crops the image's own size at random: a translation by up to
   * the padding, in whole pixels.
   *
   * @param fraction the padding as a part of the side, 0 to below 1; 0.125 is 4 pixels of 32
   */
  public static Transform reflectCrop(double fraction) {
    checkArgument(fraction >= 0 && fraction < 1, "fraction: expected [0, 1), got %s", fraction);
    return (image, random) -> {
      int paddingX = padding(image.width(), fraction);
      int paddingY = padding(image.height(), fraction);
      int dx = random.nextInt(-paddingX, paddingX);
      int dy = random.nextInt(-paddingY, paddingY);
      Geometry.shiftReflectedInPlace(image, dx, dy);
      if (image.isTraced()) {
        image.trace("shift " + dx + "," + dy);
      }
    };
  }

  /**
   * A rectangle of random area and shape (3:4 to 4:3), scaled to a square.
   *
   * @param size of the result in pixels
   * @param minScale the least part of the image's area, above 0
   * @param maxScale the largest, at most 1
   */
  public static Transform randomResizedCrop(int size, double minScale, double maxScale) {
    return randomResizedCrop(size, minScale, maxScale, 1 / RATIO, RATIO);
  }

  /** A crop of any shape: width by height from {@code minRatio} to {@code maxRatio}. */
  public static Transform randomResizedCrop(
      int size, double minScale, double maxScale, double minRatio, double maxRatio) {
    return new RandomResizedCrop(size, minScale, maxScale, minRatio, maxRatio);
  }

  /**
   * Scales so that the shorter side has the given length in pixels. An image that is so long that
   * it would become larger than 16 such squares and 2<sup>24</sup> pixels is refused, by an {@link
   * UnfitImageException}.
   */
  public static Transform resizeShorter(int size) {
    checkArgument(size > 0, "size: expected at least 1, got %s", size);
    return new ResizeShorter(size, 1);
  }

  /** The square in the middle; the image must be at least that large. */
  public static Transform centerCrop(int size) {
    checkArgument(size > 0, "size: expected at least 1, got %s", size);
    return (image, random) -> {
      // Halves round to even, as in Python.
      int x = (int) Math.rint((image.width() - size) / 2.0);
      int y = (int) Math.rint((image.height() - size) / 2.0);
      Geometry.cropInPlace(image, x, y, size, size);
    };
  }

  /** Does nothing to an image of the given size; scales and crops the middle of any other. */
  public static Transform fit(int size) {
    return new Fit(size, new ResizeShorter(size, 2).then(centerCrop(size)));
  }

  /**
   * Brightness, contrast and saturation by factors from {@code max(0, 1 - x)} to {@code 1 + x}, hue
   * by {@code -hue} to {@code hue} turns, in random order.
   */
  public static Transform colorJitter(
      double brightness, double contrast, double saturation, double hue) {
    return new ColorJitter(brightness, contrast, saturation, hue);
  }

  /** Gray with the given probability; the number of channels stays. */
  public static Transform randomGrayscale(double probability) {
    return withProbability(
        probability,
        (image, random) -> {
          Colors.grayscaleInPlace(image);
          image.trace("grayscale");
        });
  }

  /** A Gaussian blur of random standard deviation, in pixels. */
  public static Transform gaussianBlur(double minSigma, double maxSigma) {
    checkArgument(
        0 <= minSigma && minSigma <= maxSigma,
        "sigma: expected 0 <= min <= max, got %s to %s",
        minSigma,
        maxSigma);
    return (image, random) -> {
      float sigma = (float) random.uniform(minSigma, maxSigma);
      Blur.gaussianInPlace(image, sigma);
      if (image.isTraced()) {
        image.trace(String.format(Locale.ROOT, "blur %.2f", sigma));
      }
    };
  }

  /** Inverts the values that reach the threshold, 0 to 256. */
  public static Transform solarize(int threshold) {
    return (image, random) -> {
      Colors.solarizeInPlace(image, threshold);
      if (image.isTraced()) {
        image.trace("solarize " + threshold);
      }
    };
  }

  /**
   * Paints a gray square around a random point (DeVries and Taylor, arXiv 1708.04552); what lies
   * outside of the image is cut off.
   *
   * @param fraction the square's side as a part of the image's shorter side, 0 to 1
   */
  public static Transform cutout(double fraction) {
    checkArgument(fraction >= 0 && fraction <= 1, "fraction: expected 0 to 1, got %s", fraction);
    return (image, random) -> {
      int side = (int) (Math.min(image.width(), image.height()) * fraction);
      int x = random.nextInt(image.width());
      int y = random.nextInt(image.height());
      Geometry.fillSquareInPlace(image, x - side / 2, y - side / 2, side, MEAN_GRAY);
      if (image.isTraced()) {
        image.trace("cutout " + side);
      }
    };
  }

  /** Applies another transform with the given probability. */
  public static Transform withProbability(double probability, Transform transform) {
    checkProbability(probability);
    return (image, random) -> {
      if (random.chance(probability)) {
        transform.apply(image, random);
      }
    };
  }

  private static int padding(int side, double fraction) {
    return Math.min(side - 1, (int) Math.ceil(side * fraction));
  }

  private static void checkProbability(double probability) {
    checkArgument(
        probability >= 0 && probability <= 1, "probability: expected 0 to 1, got %s", probability);
  }

  /** Asks for an original of another size as scaling does: at reduced scale where that suffices. */
  private record Fit(int size, Transform scaled) implements Transform {
    @Override
    public void plan(int width, int height, ViewRandom random, Region region) {
      if (fits(width, height)) {
        region.set(0, 0, width, height);
      } else {
        scaled.plan(width, height, random, region);
      }
    }

    @Override
    public void apply(Image image, ViewRandom random) {
      if (!fits(image.originalWidth(), image.originalHeight())) {
        scaled.apply(image, random);
      }
    }

    private boolean fits(int width, int height) {
      return width == size && height == size;
    }
  }

  /**
   * Decodes at reduced scale where that is still larger than the result.
   *
   * @param margin how many times as large at least: by 2 pixels hardly differ from the whole
   *     image's
   */
  private record ResizeShorter(int size, int margin) implements Transform {
    /** Half a hundred megabytes; beyond it an image must not be longer than so many squares. */
    private static final long MOST_PIXELS = 1L << 24;

    private static final int MOST_SQUARES = 16;

    @Override
    public void plan(int width, int height, ViewRandom random, Region region) {
      check(width, height);
      region.set(0, 0, width, height).reduceFor(margin * size, margin * size);
    }

    @Override
    public void apply(Image image, ViewRandom random) {
      int width = image.originalWidth();
      int height = image.originalHeight();
      check(width, height);
      int newWidth = (int) scaled(width, height);
      int newHeight = (int) scaled(height, width);
      if (newWidth != image.width() || newHeight != image.height()) {
        Resampling.resizeInPlace(image, newWidth, newHeight);
      }
    }

    /** The new length of a side. */
    private long scaled(int side, int other) {
      return side <= other ? size : (long) size * side / other;
    }

    /** A long, thin image would take more memory than there may be, for a square out of it. */
    private void check(int width, int height) {
      long newWidth = scaled(width, height);
      long newHeight = scaled(height, width);
      long most = Math.max(MOST_PIXELS, (long) MOST_SQUARES * size * size);
      if (newWidth > most / newHeight) {
        throw new UnfitImageException(
            String.format(
                Locale.ROOT,
                "expected at most %,d pixels with the shorter side scaled to %d, found %,d x %,d of"
                    + " an image of %d x %d; cut a part out of it, or remove it",
                most,
                size,
                newWidth,
                newHeight,
                width,
                height));
      }
    }
  }
}
