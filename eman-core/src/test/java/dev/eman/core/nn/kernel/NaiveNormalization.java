package dev.eman.core.nn.kernel;

/**
 * Batch normalisation by the definition, in double precision; channels innermost.
 *
 * @param slope of the ReLU behind, 1 for none
 */
public record NaiveNormalization(int channels, double eps, double slope) {

  public record Gradient(double[] input, double[] gamma, double[] beta) {}

  /** Means, then biased variances. */
  public double[] statistics(double[] x) {
    double[] statistics = new double[2 * channels];
    double count = (double) x.length / channels;
    for (int i = 0; i < x.length; i++) {
      statistics[i % channels] += x[i] / count;
    }
    for (int i = 0; i < x.length; i++) {
      double off = x[i] - statistics[i % channels];
      statistics[channels + i % channels] += off * off / count;
    }
    return statistics;
  }

  public double[] output(
      double[] x, double[] gamma, double[] beta, double[] mean, double[] variance) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int c = i % channels;
      y[i] = (x[i] - mean[c]) / Math.sqrt(variance[c] + eps) * gamma[c] + beta[c];
      y[i] = y[i] > 0 ? y[i] : slope * y[i];
    }
    return y;
  }

  public Gradient gradient(
      double[] x, double[] y, double[] dy, double[] gamma, double[] mean, double[] variance) {
    double[] dx = new double[x.length];
    double[] dgamma = new double[channels];
    double[] dbeta = new double[channels];
    double count = (double) x.length / channels;
    for (int i = 0; i < x.length; i++) {
      int c = i % channels;
      double g = y[i] > 0 ? dy[i] : slope * dy[i];
      dbeta[c] += g;
      dgamma[c] += g * (x[i] - mean[c]) / Math.sqrt(variance[c] + eps);
    }
    for (int i = 0; i < x.length; i++) {
      int c = i % channels;
      double g = y[i] > 0 ? dy[i] : slope * dy[i];
      double deviation = Math.sqrt(variance[c] + eps);
      double standardized = (x[i] - mean[c]) / deviation;
      dx[i] = gamma[c] / deviation * (g - dbeta[c] / count - standardized * dgamma[c] / count);
    }
    return new Gradient(dx, dgamma, dbeta);
  }
}
