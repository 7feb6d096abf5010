package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.nn.kernel.ConvolutionGeometry;
import dev.eman.core.nn.kernel.Kernels;
import dev.eman.core.nn.kernel.NaiveConvolution;
import dev.eman.core.nn.kernel.NaiveNormalization;
import dev.eman.core.nn.kernel.NaivePooling;
import dev.eman.core.nn.kernel.PoolingGeometry;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link Kernels} between guard zones against loops in double precision. Each method runs one
 * geometry and throws an {@link AssertionError} when a value is wrong or missing, or when anything
 * but the outputs was written to.
 */
final class GuardedKernels {
  private static final double CLOSE = 2e-5;

  private final Kernels kernels;
  private final GuardedCall call;
  private final GuardedMemory memory;

  GuardedKernels(Kernels kernels, GuardedCall call) {
    this.kernels = kernels;
    this.call = call;
    this.memory = call.memory();
  }

  /** Pooling for inference and for training, and its gradient. */
  void pooling(PoolingGeometry g) {
    memory.clear();
    SplittableRandom random = new SplittableRandom(g.hashCode());
    INDArray x = memory.image("input", g.n(), g.c(), g.h(), g.w());
    INDArray y = memory.image("output", g.n(), g.c(), g.outHeight(), g.outWidth());
    long bytes = kernels.poolingWorkspaceBytes(g);
    INDArray where = bytes > 0 ? memory.bytes("workspace", bytes) : null;
    INDArray dy = memory.image("gradient", g.n(), g.c(), g.outHeight(), g.outWidth());
    INDArray dx = memory.image("input's gradient", g.n(), g.c(), g.h(), g.w());
    memory.fill(x, GuardedCall.random(random, x.length()));
    memory.fill(dy, GuardedCall.random(random, dy.length()));
    NaivePooling naive = new NaivePooling(g, memory.values(x), memory.values(dy));

    call.run("inference", () -> kernels.pool(g, x, y, null), y);
    call.expect("inference", naive.output(), y, 1e-6);
    if (where != null) {
      call.run("training", () -> kernels.pool(g, x, y, where), y, where);
      call.expect("training", naive.output(), y, 1e-6);
    }
    call.run("backward", () -> kernels.poolBackward(g, x, dy, dx, where), dx);
    call.expect("backward", naive.gradient(), dx, 2e-6);
  }

  /** A convolution forward, backward to data and backward to weights. */
  void convolution(ConvolutionGeometry g, boolean withBias) {
    memory.clear();
    SplittableRandom random = new SplittableRandom(g.hashCode());
    INDArray x = memory.image("input", g.n(), g.c(), g.h(), g.w());
    INDArray w = memory.vector("weights", g.k(), g.c(), g.kernelHeight(), g.kernelWidth());
    INDArray b = withBias ? memory.vector("bias", g.k()) : null;
    INDArray y = memory.image("output", g.n(), g.k(), g.outHeight(), g.outWidth());
    INDArray dy = memory.image("gradient", g.n(), g.k(), g.outHeight(), g.outWidth());
    INDArray dx = memory.image("input's gradient", g.n(), g.c(), g.h(), g.w());
    INDArray dw = memory.vector("weights' gradient", w.shape());
    INDArray db = withBias ? memory.vector("bias's gradient", g.k()) : null;
    memory.fill(x, GuardedCall.random(random, x.length()));
    memory.fill(w, GuardedCall.random(random, w.length()));
    memory.fill(dy, GuardedCall.random(random, dy.length()));
    if (b != null) {
      memory.fill(b, GuardedCall.random(random, b.length()));
    }
    NaiveConvolution naive =
        new NaiveConvolution(
            g,
            memory.values(x),
            memory.values(w),
            b == null ? null : memory.values(b),
            memory.values(dy));

    call.run("forward", () -> kernels.convolution(g, x, w, b, y), y);
    call.expect("forward", naive.output(), y, CLOSE);
    call.run("to data", () -> kernels.convolutionBackwardData(g, dy, w, dx), dx);
    call.expect("to data", naive.inputGradient(), dx, CLOSE);
    call.run(
        "to weights",
        () -> kernels.convolutionBackwardWeights(g, x, dy, dw, db),
        db == null ? new INDArray[] {dw} : new INDArray[] {dw, db});
    call.expect("to weights", naive.weightGradient(), dw, CLOSE);
    if (db != null) {
      call.expect("to bias", naive.biasGradient(), db, CLOSE);
    }
  }

  /** Normalisation with the batch's and with stored statistics, and the gradient. */
  void normalization(long n, long c, long h, long w, boolean flat, double slope) {
    memory.clear();
    SplittableRandom random = new SplittableRandom(31 * (31 * (31 * n + c) + h) + w);
    INDArray x = features("input", flat, n, c, h, w);
    INDArray gamma = memory.vector("gamma", c);
    INDArray beta = memory.vector("beta", c);
    INDArray mean = memory.vector("mean", c);
    INDArray variance = memory.vector("variance", c);
    INDArray y = features("output", flat, n, c, h, w);
    INDArray dy = features("gradient", flat, n, c, h, w);
    INDArray dx = features("input's gradient", flat, n, c, h, w);
    INDArray dgamma = memory.vector("gamma's gradient", c);
    INDArray dbeta = memory.vector("beta's gradient", c);
    memory.fill(x, GuardedCall.random(random, n * c * h * w));
    memory.fill(dy, GuardedCall.random(random, n * c * h * w));
    memory.fill(gamma, GuardedCall.random(random, c));
    memory.fill(beta, GuardedCall.random(random, c));
    NaiveNormalization naive = new NaiveNormalization((int) c, 1e-3, slope);
    double[] stored = naive.statistics(memory.values(x));

    call.run(
        "batch",
        () -> kernels.normalizeWithBatch(x, gamma, beta, 1e-3, slope, y, mean, variance),
        y,
        mean,
        variance);
    call.expect("mean", Arrays.copyOfRange(stored, 0, (int) c), mean, CLOSE);
    call.expect("variance", Arrays.copyOfRange(stored, (int) c, 2 * (int) c), variance, CLOSE);
    double[] expected =
        naive.output(
            memory.values(x),
            memory.values(gamma),
            memory.values(beta),
            memory.values(mean),
            memory.values(variance));
    call.expect("batch", expected, y, 1e-4);

    NaiveNormalization.Gradient gradient =
        naive.gradient(
            memory.values(x),
            memory.values(y),
            memory.values(dy),
            memory.values(gamma),
            memory.values(mean),
            memory.values(variance));
    call.run(
        "backward",
        () ->
            kernels.normalizeBackward(
                x, dy, gamma, beta, mean, variance, 1e-3, slope, dx, dgamma, dbeta),
        dx,
        dgamma,
        dbeta);
    call.expect("backward", gradient.input(), dx, 1e-4);
    call.expect("gamma's gradient", gradient.gamma(), dgamma, 1e-4);
    call.expect("beta's gradient", gradient.beta(), dbeta, 1e-4);
    call.runInPlace(
        "backward in place",
        () ->
            kernels.normalizeBackward(
                x, dy, gamma, beta, mean, variance, 1e-3, slope, dy, dgamma, dbeta),
        dy,
        dgamma,
        dbeta);
    call.expect("backward in place", gradient.input(), dy, 1e-4);

    call.run(
        "stored",
        () -> kernels.normalizeWithStored(x, gamma, beta, mean, variance, 1e-3, slope, y),
        y);
    call.expect("stored", expected, y, 1e-4);
  }

  private INDArray features(String name, boolean flat, long n, long c, long h, long w) {
    return flat
        ? memory.strided(name, new long[] {n, c}, new long[] {c, 1}, 0)
        : memory.image(name, n, c, h, w);
  }

  /** Sum, ReLU and its gradient, apart and in place. */
  void elementwise(long n, long c, long h, long w, double slope) {
    memory.clear();
    SplittableRandom random = new SplittableRandom(31 * (31 * (31 * n + c) + h) + w);
    INDArray a = memory.image("a", n, c, h, w);
    INDArray b = memory.image("b", n, c, h, w);
    INDArray y = memory.image("output", n, c, h, w);
    float[] left = GuardedCall.random(random, n * c * h * w);
    float[] right = GuardedCall.random(random, n * c * h * w);
    memory.fill(a, left);
    memory.fill(b, right);
    double[] sum = new double[left.length];
    double[] positive = new double[left.length];
    double[] rectified = new double[left.length];
    double[] passed = new double[left.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = (double) left[i] + right[i];
      positive[i] = Math.max(0, sum[i]);
      rectified[i] = left[i] > 0 ? left[i] : slope * left[i];
      passed[i] = left[i] > 0 ? right[i] : slope * right[i];
    }
    call.run("add", () -> kernels.add(a, b, false, y), y);
    call.expect("add", sum, y, 1e-6);
    call.run("add and relu", () -> kernels.add(a, b, true, y), y);
    call.expect("add and relu", positive, y, 1e-6);
    call.run("relu backward", () -> kernels.reluBackward(a, slope, b, y), y);
    call.expect("relu backward", passed, y, 1e-6);
    call.run("relu", () -> kernels.relu(a, slope, y), y);
    call.expect("relu", rectified, y, 1e-6);

    call.runInPlace("relu backward in place", () -> kernels.reluBackward(a, slope, b, b), b);
    call.expect("relu backward in place", passed, b, 1e-6);
    memory.fill(b, right);
    call.runInPlace("add in place", () -> kernels.add(a, b, true, a), a);
    call.expect("add in place", positive, a, 1e-6);
    memory.fill(a, left);
    call.runInPlace("relu in place", () -> kernels.relu(a, slope, a), a);
    call.expect("relu in place", rectified, a, 1e-6);
  }

  /**
   * A copy between two orders of the dimensions, with room between the rows.
   *
   * @param from the dimensions of the source from the outermost in memory to the innermost
   * @param to those of the destination
   */
  void copy(long[] shape, int[] from, int[] to, int gap) {
    memory.clear();
    SplittableRandom random = new SplittableRandom(Arrays.hashCode(shape));
    INDArray x = memory.strided("source", shape, strides(shape, from, gap), gap);
    INDArray y = memory.strided("destination", shape, strides(shape, to, gap), 0);
    float[] values = GuardedCall.random(random, memory.read(x).length);
    memory.fill(x, values);
    double[] expected = copied(values, x, memory.read(y), y);
    // Not poisoned: what lies in the gaps of the destination must stay.
    call.runInPlace("copy", () -> kernels.copy(x, y), y);
    call.expect("copy", expected, y, 0);
  }

  private static double[] copied(float[] values, INDArray x, float[] into, INDArray y) {
    double[] expected = new double[into.length];
    for (int i = 0; i < into.length; i++) {
      expected[i] = into[i];
    }
    for (long i = 0; i < x.length(); i++) {
      long rest = i;
      long from = 0;
      long to = 0;
      for (int d = x.rank() - 1; d >= 0; d--) {
        long index = rest % x.size(d);
        rest /= x.size(d);
        from += index * x.stride(d);
        to += index * y.stride(d);
      }
      expected[(int) to] = values[(int) from];
    }
    return expected;
  }

  private static long[] strides(long[] shape, int[] order, int gap) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = order.length - 1; i >= 0; i--) {
      strides[order[i]] = stride;
      stride = stride * shape[order[i]] + (i == order.length - 2 ? gap : 0);
    }
    return strides;
  }
}
