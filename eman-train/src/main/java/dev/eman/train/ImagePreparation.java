package dev.eman.train;

import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.augment.Transform;
import dev.eman.datasets.image.Orientation;
import dev.eman.train.options.DataOptions;

/**
 * What is done to an image before a run's network sees it.
 *
 * @param statistics that it is normalised by; they have its number of channels
 * @param imageSize its height and width in pixels
 * @param view how it gets them
 * @param orientation whether photos are turned as their files say
 */
public record ImagePreparation(
    ChannelStatistics statistics, int imageSize, Transform view, Orientation orientation) {

  /** The number of images that are classified at a time: fewer large ones. */
  public int batchSize() {
    return DataOptions.testBatch(imageSize);
  }
}
