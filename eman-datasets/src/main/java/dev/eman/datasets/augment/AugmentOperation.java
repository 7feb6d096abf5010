package dev.eman.datasets.augment;

import dev.eman.datasets.image.Colors;
import dev.eman.datasets.image.Geometry;
import dev.eman.datasets.image.Image;
import java.util.Locale;

/**
 * The operations that RandAugment draws from. A strength of 0 to 1 becomes the operation's own
 * magnitude by a {@link MagnitudeRange}; geometry takes a random sign.
 */
public enum AugmentOperation {
  /** Nothing. */
  IDENTITY,
  /** Stretches each channel to 0..255. */
  AUTO_CONTRAST,
  /** Spreads each channel's values evenly. */
  EQUALIZE,
  /** Inverts all values. */
  INVERT,
  /** Turns around the centre, in degrees. */
  ROTATE,
  /** Keeps the highest bits. */
  POSTERIZE,
  /** Inverts the values from a threshold on. */
  SOLARIZE,
  /** Adds to the values below 128. */
  SOLARIZE_ADD,
  /** Blends with gray. */
  COLOR,
  /** Blends with the mean's gray. */
  CONTRAST,
  /** Blends with black. */
  BRIGHTNESS,
  /** Blends with the image smoothed. */
  SHARPNESS,
  /** Slants the columns. */
  SHEAR_X,
  /** Slants the rows. */
  SHEAR_Y,
  /** Moves sideways, as a part of the width. */
  TRANSLATE_X,
  /** Moves up or down, as a part of the height. */
  TRANSLATE_Y;

  private static final int SOLARIZE_ADD_THRESHOLD = 128;

  /** As written in configurations and under pictures: {@code shear-x}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Applies the operation in place.
   *
   * @param strength 0 to 1
   * @param range what the strength means
   */
  public void apply(Image image, double strength, MagnitudeRange range, ViewRandom random) {
    double magnitude = magnitude(strength, range, random);
    switch (this) {
      case IDENTITY -> {}
      case AUTO_CONTRAST -> Colors.autocontrastInPlace(image);
      case EQUALIZE -> Colors.equalizeInPlace(image);
      case INVERT -> Colors.invertInPlace(image);
      case ROTATE -> Geometry.rotateInPlace(image, magnitude);
      case POSTERIZE -> Colors.posterizeInPlace(image, (int) magnitude);
      case SOLARIZE -> Colors.solarizeInPlace(image, (int) magnitude);
      case SOLARIZE_ADD ->
          Colors.solarizeAddInPlace(image, (int) magnitude, SOLARIZE_ADD_THRESHOLD);
      case COLOR -> Colors.colorInPlace(image, (float) magnitude);
      case CONTRAST -> Colors.contrastInPlace(image, (float) magnitude);
      case BRIGHTNESS -> Colors.brightnessInPlace(image, (float) magnitude);
      case SHARPNESS -> Colors.sharpnessInPlace(image, (float) magnitude);
      case SHEAR_X -> Geometry.shearXInPlace(image, magnitude);
      case SHEAR_Y -> Geometry.shearYInPlace(image, magnitude);
      case TRANSLATE_X -> Geometry.translateXInPlace(image, magnitude * image.width());
      case TRANSLATE_Y -> Geometry.translateYInPlace(image, magnitude * image.height());
    }
    if (image.isTraced()) {
      image.trace(
          hasMagnitude() ? String.format(Locale.ROOT, "%s %.2f", label(), magnitude) : label());
    }
  }

  private double magnitude(double strength, MagnitudeRange range, ViewRandom random) {
    return switch (this) {
      case IDENTITY, AUTO_CONTRAST, EQUALIZE, INVERT -> 0;
      case ROTATE -> signed(random, 30 * strength);
      case POSTERIZE -> 8 - Math.rint(4 * strength);
      case SOLARIZE -> Math.rint(256 * (1 - strength));
      case SOLARIZE_ADD -> Math.rint(110 * strength);
      case COLOR, CONTRAST, BRIGHTNESS, SHARPNESS ->
          range.lowestFactor() + (range.highestFactor() - range.lowestFactor()) * strength;
      case SHEAR_X, SHEAR_Y -> signed(random, 0.3 * strength);
      case TRANSLATE_X, TRANSLATE_Y -> signed(random, range.translation() * strength);
    };
  }

  private boolean hasMagnitude() {
    return this != IDENTITY && this != AUTO_CONTRAST && this != EQUALIZE && this != INVERT;
  }

  private static double signed(ViewRandom random, double value) {
    return random.chance(0.5) ? value : -value;
  }
}
