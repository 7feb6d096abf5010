package dev.eman.datasets.check;

import com.google.common.collect.ImmutableSortedMap;
import dev.eman.datasets.Part;

/**
 * A part in numbers.
 *
 * @param images how many there are
 * @param labeled how many of them have a label
 * @param classes number of images of each class, by name
 * @param turned how many are turned or mirrored in decoding, as their files say
 * @param widths of the images that can be decoded, in pixels
 * @param heights of the images that can be decoded, in pixels
 */
public record PartSummary(
    Part part,
    int images,
    int labeled,
    ImmutableSortedMap<String, Integer> classes,
    int turned,
    Spread widths,
    Spread heights) {
  /** The smallest, the middle and the largest of some numbers; zeros for none. */
  public record Spread(int min, int median, int max) {}
}
