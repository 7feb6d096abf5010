package dev.eman.core.algorithm;

/**
 * How values of several parts of a batch become one: over the parts of a device, and over devices.
 */
public enum Reduction {
  /** The sum over all parts: counts. */
  SUM,
  /** The mean over all parts, which are of equal size, of a floating-point type: running means. */
  MEAN,
  /** All rows, one part's behind the other's in the batch's order: keys of a queue. */
  GATHER
}
