package dev.eman.datasets;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableDoubleArray;

/**
 * Mean and standard deviation of each channel over a training set, of values scaled to 0 to 1;
 * images are normalised by them.
 *
 * @param mean {@code [C]}
 * @param deviation {@code [C]}, above 0
 */
public record ChannelStatistics(ImmutableDoubleArray mean, ImmutableDoubleArray deviation) {
  /** ImageNet's, which are usual for photos of any kind. */
  public static final ChannelStatistics IMAGENET =
      of(new double[] {0.485, 0.456, 0.406}, new double[] {0.229, 0.224, 0.225});

  /** Checks the lengths. */
  public ChannelStatistics {
    checkArgument(
        (mean.length() == 1 || mean.length() == 3) && mean.length() == deviation.length(),
        "statistics: expected mean and deviation of 1 or 3 channels, got %s and %s",
        mean,
        deviation);
    checkArgument(
        deviation.stream().allMatch(d -> d > 0),
        "deviation: expected values above 0, got %s",
        deviation);
  }

  /** Statistics from arrays, which are copied. */
  public static ChannelStatistics of(double[] mean, double[] deviation) {
    return new ChannelStatistics(
        ImmutableDoubleArray.copyOf(mean), ImmutableDoubleArray.copyOf(deviation));
  }

  /** Statistics of a gray data set. */
  public static ChannelStatistics gray(double mean, double deviation) {
    return of(new double[] {mean}, new double[] {deviation});
  }

  /** How many channels there are: 1 or 3. */
  public int channels() {
    return mean.length();
  }
}
