package dev.eman.core.nn.kernel;

import org.jspecify.annotations.Nullable;

/** Convolution and its gradients by the definition, in double precision; images channels-last. */
public final class NaiveConvolution {
  private final double[] y;
  private final double[] dx;
  private final double[] dw;
  private final double[] db;

  public NaiveConvolution(
      ConvolutionGeometry g, double[] x, double[] w, double @Nullable [] b, double[] dy) {
    y = new double[dy.length];
    dx = new double[x.length];
    dw = new double[w.length];
    db = new double[(int) g.k()];
    int channels = (int) g.c();
    int area = g.kernelHeight() * g.kernelWidth();
    int out = 0;
    for (int n = 0; n < g.n(); n++) {
      for (int i = 0; i < g.outHeight(); i++) {
        for (int j = 0; j < g.outWidth(); j++) {
          for (int k = 0; k < g.k(); k++, out++) {
            double sum = b == null ? 0 : b[k];
            db[k] += dy[out];
            for (int p = 0; p < area; p++) {
              int kh = p / g.kernelWidth();
              int kw = p % g.kernelWidth();
              int row = i * g.strideHeight() - g.padTop() + kh * g.dilationHeight();
              int column = j * g.strideWidth() - g.padLeft() + kw * g.dilationWidth();
              if (row < 0 || row >= g.h() || column < 0 || column >= g.w()) {
                continue;
              }
              int pixel = (int) ((n * g.h() + row) * g.w() + column) * channels;
              int weight = k * channels * area + p;
              for (int c = 0; c < channels; c++) {
                sum += x[pixel + c] * w[weight + c * area];
                dx[pixel + c] += dy[out] * w[weight + c * area];
                dw[weight + c * area] += dy[out] * x[pixel + c];
              }
            }
            y[out] = sum;
          }
        }
      }
    }
  }

  public double[] output() {
    return y;
  }

  public double[] inputGradient() {
    return dx;
  }

  public double[] weightGradient() {
    return dw;
  }

  public double[] biasGradient() {
    return db;
  }
}
