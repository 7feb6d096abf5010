package dev.eman.datasets.augment;

/**
 * What a strength of 0 to 1 means, where the papers differ.
 *
 * <p>The same in all: rotation to 30 degrees and shear to 0.3, either way; posterize from 8 bits to
 * 4; solarize from a threshold of 256 to 0; solarize-add to 110.
 */
public enum MagnitudeRange {
  /**
   * FixMatch's (arXiv 2001.07685, appendix): colour, contrast, brightness and sharpness from 0.05
   * to 0.95, translation to 0.3 of the side.
   */
  FIXMATCH(0.05, 0.95, 0.3),
  /**
   * RandAugment's (arXiv 1909.13719): colour, contrast, brightness and sharpness from 0.1 to 1.9,
   * translation to 100 of 224 pixels.
   */
  RANDAUGMENT(0.1, 1.9, 100.0 / 224);

  private final double lowestFactor;
  private final double highestFactor;
  private final double translation;

  MagnitudeRange(double lowestFactor, double highestFactor, double translation) {
    this.lowestFactor = lowestFactor;
    this.highestFactor = highestFactor;
    this.translation = translation;
  }

  /** The enhancement factor at strength 0. */
  public double lowestFactor() {
    return lowestFactor;
  }

  /** The enhancement factor at strength 1. */
  public double highestFactor() {
    return highestFactor;
  }

  /** The translation at strength 1 as a part of the side. */
  public double translation() {
    return translation;
  }
}
