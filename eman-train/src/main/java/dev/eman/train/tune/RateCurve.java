package dev.eman.train.tune;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableDoubleArray;
import java.util.Optional;

/**
 * The losses of a learning rate range test (Smith 2017, <em>Cyclical Learning Rates for Training
 * Neural Networks</em>, arXiv 1506.01186): a training whose rate rises by a constant factor from
 * step to step, until its loss grows.
 *
 * @param seed of the training
 * @param rates of the steps, above 0 and rising
 * @param losses of the steps, finite, as many
 * @param diverged whether the test ended because the loss grew, or was not finite
 */
public record RateCurve(
    long seed, ImmutableDoubleArray rates, ImmutableDoubleArray losses, boolean diverged) {
  /** Fewer tell nothing. */
  public static final int FEWEST = 10;

  /** Deviation of the Gaussian by which losses are smoothed, of the decades of a test. */
  private static final double SMOOTHING = 0.2;

  /** A loss that falls by less than this part of itself is taken for one that does not fall. */
  private static final double LEAST_FALL = 0.03;

  /** Checks lengths and ranges. */
  public RateCurve {
    checkArgument(
        rates.length() == losses.length(),
        "curve: expected as many losses as rates, got %s and %s",
        losses.length(),
        rates.length());
    for (int i = 0; i < rates.length(); i++) {
      checkArgument(
          rates.get(i) > (i == 0 ? 0 : rates.get(i - 1)) && Double.isFinite(losses.get(i)),
          "curve: expected rising rates above 0 and finite losses, got %s and %s",
          rates,
          losses);
    }
  }

  /**
   * What a curve says of the learning rate.
   *
   * @param rate that is suggested
   * @param steepest where the smoothed loss falls fastest, per factor of the rate
   * @param lowest where the smoothed loss is lowest
   */
  public record Suggestion(double rate, double steepest, double lowest) {}

  /**
   * The losses, each replaced by a mean of those around it, weighted by a Gaussian of the logarithm
   * of the rate.
   */
  public double[] smoothed() {
    double[] smooth = new double[losses.length()];
    for (int i = 0; i < smooth.length; i++) {
      double sum = 0;
      double weights = 0;
      for (int j = 0; j < smooth.length; j++) {
        double away = Math.log10(rates.get(j) / rates.get(i)) / SMOOTHING;
        double weight = Math.exp(-away * away / 2);
        sum += weight * losses.get(j);
        weights += weight;
      }
      smooth[i] = sum / weights;
    }
    return smooth;
  }

  /**
   * The suggested rate: a tenth of that with the lowest smoothed loss, but not below the one where
   * the loss falls fastest.
   *
   * @return empty for a curve that is too short or does not fall
   */
  public Optional<Suggestion> suggestion() {
    if (losses.length() < FEWEST) {
      return Optional.empty();
    }
    double[] smooth = smoothed();
    int lowest = 0;
    for (int i = 1; i < smooth.length; i++) {
      lowest = smooth[i] < smooth[lowest] ? i : lowest;
    }
    if (smooth[0] - smooth[lowest] < LEAST_FALL * Math.abs(smooth[0])) {
      return Optional.empty();
    }
    int steepest = 0;
    double fastest = 0;
    for (int i = 1; i < lowest; i++) {
      double slope =
          (smooth[i + 1] - smooth[i - 1]) / Math.log(rates.get(i + 1) / rates.get(i - 1));
      if (slope < fastest) {
        fastest = slope;
        steepest = i;
      }
    }
    double down = rates.get(lowest) / 10;
    double fall = rates.get(steepest);
    return Optional.of(new Suggestion(Math.max(down, fall), fall, rates.get(lowest)));
  }
}
