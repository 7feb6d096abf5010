package dev.eman.core.nn.kernel;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Sums and rectified values by the definition, in double precision. */
record NaiveElementwise(double[] a, double[] b, double slope) {

  private double[] each(IntToDoubleFunction value) {
    return IntStream.range(0, a.length).mapToDouble(value).toArray();
  }

  /** a + b. */
  double[] sum(boolean relu) {
    return each(i -> relu ? Math.max(0, a[i] + b[i]) : a[i] + b[i]);
  }

  /** a, the negative ones times the slope. */
  double[] relu() {
    return each(i -> a[i] > 0 ? a[i] : slope * a[i]);
  }

  /** The gradient b where a is the output. */
  double[] reluGradient() {
    return each(i -> a[i] > 0 ? b[i] : slope * b[i]);
  }
}
