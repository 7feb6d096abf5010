package dev.eman.core.nn.kernel;

/** Pooling by the definition, in double precision, on channels-last memory. */
public final class NaivePooling {
  private final PoolingGeometry g;
  private final double[] x;
  private final double[] y;
  private final double[] dx;

  public NaivePooling(PoolingGeometry g, double[] x, double[] dy) {
    this.g = g;
    this.x = x;
    this.y = new double[dy.length];
    this.dx = new double[x.length];
    int out = 0;
    for (int n = 0; n < g.n(); n++) {
      for (int i = 0; i < g.outHeight(); i++) {
        for (int j = 0; j < g.outWidth(); j++) {
          for (int c = 0; c < g.c(); c++, out++) {
            y[out] = window(n, i * g.strideHeight(), j * g.strideWidth(), c, dy[out]);
          }
        }
      }
    }
  }

  public double[] output() {
    return y;
  }

  public double[] gradient() {
    return dx;
  }

  private double window(int n, int vertical, int horizontal, int c, double gradient) {
    int top = Math.max(0, vertical - g.padTop());
    int left = Math.max(0, horizontal - g.padLeft());
    int bottom = (int) Math.min(g.h(), vertical - g.padTop() + g.kernelHeight());
    int right = (int) Math.min(g.w(), horizontal - g.padLeft() + g.kernelWidth());
    int count =
        g.includePadding() ? g.kernelHeight() * g.kernelWidth() : (bottom - top) * (right - left);
    double sum = 0;
    int best = -1;
    for (int i = top; i < bottom; i++) {
      for (int j = left; j < right; j++) {
        int at = (int) (((n * g.h() + i) * g.w() + j) * g.c() + c);
        sum += x[at];
        best = best < 0 || x[at] > x[best] ? at : best;
        if (!g.max()) {
          dx[at] += gradient / count;
        }
      }
    }
    if (g.max()) {
      dx[best] += gradient;
    }
    return g.max() ? x[best] : sum / count;
  }
}
