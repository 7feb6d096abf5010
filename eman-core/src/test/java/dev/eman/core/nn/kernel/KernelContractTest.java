package dev.eman.core.nn.kernel;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * What every {@link KernelProvider} has to fulfil: each operation of its {@link Kernels} against
 * plain loops in double precision, on arrays that begin anywhere and whose surroundings must stay
 * as they are. To check an implementation, extend this class in a test and give it the provider,
 * and where it supports several data types, once for each.
 *
 * <pre>{@code
 * class MyKernelsTest extends KernelContractTest {
 *   MyKernelsTest() {
 *     super(new MyKernelProvider(), DataType.FLOAT);
 *   }
 * }
 * }</pre>
 *
 * <p>Where the provider supports nothing (a device that is not there) the tests are skipped.
 */
public abstract class KernelContractTest {
  private static final double EPS = 1e-3;

  private final KernelProvider provider;
  private final DataType type;
  private FramedArrays arrays;

  /** For a type that the provider supports on the backend of the tests. */
  protected KernelContractTest(KernelProvider provider, DataType type) {
    this.provider = provider;
    this.type = type;
    this.arrays = new FramedArrays(type);
  }

  /**
   * How far a sum of products may be off: a share of the largest value, or of 1. By default 2e-5
   * for float32 and 1e-12 for float64.
   */
  protected double tolerance() {
    return type == DataType.DOUBLE ? 1e-12 : 2e-5;
  }

  @BeforeEach
  final void isSupported() {
    assumeTrue(
        provider.supports(type, Nd4j.getBackend()),
        () -> provider.name() + " does not support " + type + " here");
    arrays = new FramedArrays(type);
  }

  private Kernels kernels() {
    return provider.kernels(type);
  }

  @Test
  void provider_onTheClassPath_isFoundByItsName() {
    assertTrue(provider.name().matches("[a-z0-9][a-z0-9._-]*"), provider.name());
    assertTrue(
        KernelProviders.all().stream()
            .anyMatch(p -> p.getClass() == provider.getClass() && p.name().equals(provider.name())),
        "missing in META-INF/services: " + provider.getClass().getName());
  }

  static Stream<ConvolutionGeometry> convolutions() {
    return ContractGeometries.convolutions();
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void convolution_withAndWithoutBias_equalsLoops(ConvolutionGeometry g) {
    INDArray x = arrays.image("input", g.n(), g.c(), g.h(), g.w());
    INDArray w = arrays.vector("weights", g.k(), g.c(), g.kernelHeight(), g.kernelWidth());
    INDArray b = arrays.vector("bias", g.k());
    INDArray y = arrays.image("output", g.n(), g.k(), g.outHeight(), g.outWidth());
    INDArray dy = arrays.image("gradient", g.n(), g.k(), g.outHeight(), g.outWidth());
    INDArray dx = arrays.image("input's gradient", g.n(), g.c(), g.h(), g.w());
    INDArray dw = arrays.vector("weights' gradient", w.shape());
    INDArray db = arrays.vector("bias's gradient", g.k());
    double[] in = arrays.values(x);
    double[] weights = arrays.values(w);
    double[] gradient = arrays.values(dy);
    NaiveConvolution with = new NaiveConvolution(g, in, weights, arrays.values(b), gradient);
    NaiveConvolution without = new NaiveConvolution(g, in, weights, null, gradient);

    arrays.run("with bias", () -> kernels().convolution(g, x, w, b, y), y);
    arrays.expect("with bias", with.output(), y, tolerance());
    arrays.run("without bias", () -> kernels().convolution(g, x, w, null, y), y);
    arrays.expect("without bias", without.output(), y, tolerance());
    arrays.run("to data", () -> kernels().convolutionBackwardData(g, dy, w, dx), dx);
    arrays.expect("to data", with.inputGradient(), dx, tolerance());
    arrays.run("to weights", () -> kernels().convolutionBackwardWeights(g, x, dy, dw, null), dw);
    arrays.expect("to weights", with.weightGradient(), dw, tolerance());
    arrays.run("to both", () -> kernels().convolutionBackwardWeights(g, x, dy, dw, db), dw, db);
    arrays.expect("to weights, with bias", with.weightGradient(), dw, tolerance());
    arrays.expect("to bias", with.biasGradient(), db, tolerance());
  }

  static Stream<PoolingGeometry> poolings() {
    return ContractGeometries.poolings();
  }

  @ParameterizedTest
  @MethodSource("poolings")
  void pool_forwardAndBackward_equalsLoops(PoolingGeometry g) {
    INDArray x = arrays.image("input", g.n(), g.c(), g.h(), g.w());
    INDArray y = arrays.image("output", g.n(), g.c(), g.outHeight(), g.outWidth());
    INDArray dy = arrays.image("gradient", g.n(), g.c(), g.outHeight(), g.outWidth());
    INDArray dx = arrays.image("input's gradient", g.n(), g.c(), g.h(), g.w());
    long bytes = kernels().poolingWorkspaceBytes(g);
    INDArray workspace = bytes > 0 ? arrays.bytes("workspace", bytes) : null;
    NaivePooling naive = new NaivePooling(g, arrays.values(x), arrays.values(dy));

    arrays.run("inference", () -> kernels().pool(g, x, y, null), y);
    arrays.expect("inference", naive.output(), y, tolerance());
    if (workspace != null) {
      arrays.run("training", () -> kernels().pool(g, x, y, workspace), y, workspace);
      arrays.expect("training", naive.output(), y, tolerance());
      arrays.randomize(x); // its values are no longer needed
    }
    arrays.run("backward", () -> kernels().poolBackward(g, x, dy, dx, workspace), dx);
    arrays.expect("backward", naive.gradient(), dx, tolerance());
  }

  @ParameterizedTest
  @CsvSource({
    "2, 3, 4, 5, false",
    "1, 7, 6, 6, false", // one image
    "1, 6, 1, 1, false", // one value a channel
    "3, 1, 5, 3, false",
    "4, 17, 9, 8, false",
    "2, 32, 16, 16, false",
    "5, 3, 1, 1, true",
    "33, 40, 1, 1, true"
  })
  void normalize_batchAndStored_equalsLoops(int n, int c, int h, int w, boolean flat) {
    for (double slope : new double[] {1, 0, 0.1}) {
      for (int offset : new int[] {0, 10}) {
        arrays = new FramedArrays(type);
        INDArray x = images("input", n, c, h, w, flat).addi(offset);
        normalization(x, slope, n, c, h, w, flat);
      }
    }
  }

  private INDArray images(String name, int n, int c, int h, int w, boolean flat) {
    return flat ? arrays.vector(name, n, c) : arrays.image(name, n, c, h, w);
  }

  private void normalization(INDArray x, double slope, int n, int c, int h, int w, boolean flat) {
    INDArray gamma = arrays.vector("gamma", c);
    INDArray beta = arrays.vector("beta", c);
    INDArray mean = arrays.vector("mean", c);
    INDArray variance = arrays.vector("variance", c);
    INDArray y = images("output", n, c, h, w, flat);
    INDArray dy = images("gradient", n, c, h, w, flat);
    INDArray dx = images("input's gradient", n, c, h, w, flat);
    INDArray dgamma = arrays.vector("gamma's gradient", c);
    INDArray dbeta = arrays.vector("beta's gradient", c);
    NaiveNormalization naive = new NaiveNormalization(c, EPS, slope);
    double[] in = arrays.values(x);
    double[] scales = arrays.values(gamma);
    double[] statistics = naive.statistics(in);
    double close = 10 * tolerance(); // gradients are divided by a deviation

    arrays.run(
        "batch",
        () -> kernels().normalizeWithBatch(x, gamma, beta, EPS, slope, y, mean, variance),
        y,
        mean,
        variance);
    arrays.expect("mean", Arrays.copyOf(statistics, c), mean, tolerance());
    arrays.expect("variance", Arrays.copyOfRange(statistics, c, 2 * c), variance, tolerance());
    double[] means = arrays.values(mean);
    double[] variances = arrays.values(variance);
    double[] expected = naive.output(in, scales, arrays.values(beta), means, variances);
    arrays.expect("batch", expected, y, close);

    double[] out = arrays.values(y);
    arrays.run(
        "again",
        () -> kernels().normalizeWithStored(x, gamma, beta, mean, variance, EPS, slope, y),
        y);
    assertArrayEquals(out, arrays.values(y), "not the same bits with the statistics just taken");
    NaiveNormalization.Gradient gradient =
        naive.gradient(in, out, arrays.values(dy), scales, means, variances);
    arrays.run(
        "backward",
        () ->
            kernels()
                .normalizeBackward(
                    x, dy, gamma, beta, mean, variance, EPS, slope, dx, dgamma, dbeta),
        dx,
        dgamma,
        dbeta);
    arrays.expect("backward", gradient.input(), dx, close);
    arrays.expect("gamma's gradient", gradient.gamma(), dgamma, close);
    arrays.expect("beta's gradient", gradient.beta(), dbeta, close);
    arrays.runInPlace(
        "backward in place",
        () ->
            kernels()
                .normalizeBackward(
                    x, dy, gamma, beta, mean, variance, EPS, slope, dy, dgamma, dbeta),
        dy,
        dgamma,
        dbeta);
    arrays.expect("backward in place", gradient.input(), dy, close);

    variance.addi(0.5);
    double[] stored = naive.output(in, scales, arrays.values(beta), means, arrays.values(variance));
    arrays.run(
        "stored",
        () -> kernels().normalizeWithStored(x, gamma, beta, mean, variance, EPS, slope, y),
        y);
    arrays.expect("stored", stored, y, close);
    sums(x, new Normalization(gamma, beta, mean, variance, EPS), dy, y);
  }

  private void sums(INDArray x, Normalization n, INDArray other, INDArray y) {
    double[] linear =
        new NaiveNormalization((int) x.size(1), EPS, 1)
            .output(
                arrays.values(x),
                arrays.values(n.gamma()),
                arrays.values(n.beta()),
                arrays.values(n.mean()),
                arrays.values(n.variance()));
    double[] right = arrays.values(other);
    for (boolean relu : new boolean[] {false, true}) {
      arrays.run("sum", () -> kernels().addNormalized(x, n, other, null, relu, y), y);
      arrays.expect("sum", new NaiveElementwise(linear, right, 0).sum(relu), y, 10 * tolerance());
      arrays.run("sum of two", () -> kernels().addNormalized(x, n, x, n, relu, y), y);
      arrays.expect(
          "sum of two", new NaiveElementwise(linear, linear, 0).sum(relu), y, 20 * tolerance());
    }
    double[] mean = arrays.values(n.mean());
    arrays.run(
        "statistics",
        () -> kernels().batchStatistics(x, n.mean(), n.variance()),
        n.mean(),
        n.variance());
    assertArrayEquals(mean, arrays.values(n.mean()));
  }

  /** Values that are apart by their last bits, whose output is rounded to both sides of zero. */
  @ParameterizedTest
  @CsvSource({"1, 0", "7, 0.5", "16, 0", "40, 0"})
  void normalizeBackward_outputAroundZero_takesItsSign(int c, double slope) {
    int rows = 200;
    INDArray x = arrays.vector("input", rows, c);
    INDArray gamma = arrays.vector("gamma", c);
    INDArray beta = arrays.vector("beta", c);
    for (int i = 0; i < rows * c; i++) {
      double step = type == DataType.DOUBLE ? 0x1p-52 : 0x1p-23;
      x.putScalar(i / c, i % c, 1 + (i % 23) * step + (i / c % 2) * 0.25);
    }
    INDArray mean = arrays.vector("mean", c);
    INDArray variance = arrays.vector("variance", c);
    INDArray y = arrays.vector("output", rows, c);
    INDArray dy = arrays.vector("gradient", rows, c).assign(1);
    INDArray dx = arrays.vector("input's gradient", rows, c);
    INDArray dgamma = arrays.vector("gamma's gradient", c);
    INDArray dbeta = arrays.vector("beta's gradient", c);
    kernels().normalizeWithBatch(x, gamma, beta, EPS, slope, y, mean, variance);
    // The values around 1 become those around zero.
    beta.assign(mean.rsub(1).div(Transforms.sqrt(variance.add(EPS))).mul(gamma).neg());
    kernels().normalizeWithBatch(x, gamma, beta, EPS, slope, y, mean, variance);
    kernels().normalizeBackward(x, dy, gamma, beta, mean, variance, EPS, slope, dx, dgamma, dbeta);
    INDArray passed = y.gt(0).castTo(type);
    INDArray expected = passed.mul(1 - slope).add(slope).sum(0);
    assertArrayEquals(expected.toDoubleVector(), arrays.values(dbeta), 1e-9, "signs of " + y);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, false, 0",
    "1, 5, 3, 4, false, 0",
    "2, 17, 7, 7, false, 0.1",
    "3, 8, 2, 5, false, 0.25",
    "6, 11, 1, 1, true, 0.01"
  })
  void elementwise_apartAndInPlace_equalsLoops(
      int n, int c, int h, int w, boolean flat, double slope) {
    INDArray a = images("a", n, c, h, w, flat);
    INDArray b = images("b", n, c, h, w, flat);
    INDArray y = images("output", n, c, h, w, flat);
    double[] left = arrays.values(a);
    NaiveElementwise naive = new NaiveElementwise(left, arrays.values(b), slope);
    arrays.run("add", () -> kernels().add(a, b, false, y), y);
    arrays.expect("add", naive.sum(false), y, tolerance());
    arrays.run("add, relu", () -> kernels().add(a, b, true, y), y);
    arrays.expect("add, relu", naive.sum(true), y, tolerance());
    arrays.run("add to itself", () -> kernels().add(a, a, false, y), y);
    arrays.expect(
        "add to itself", new NaiveElementwise(left, left, slope).sum(false), y, tolerance());
    arrays.run("relu", () -> kernels().relu(a, slope, y), y);
    arrays.expect("relu", naive.relu(), y, tolerance());
    arrays.run("relu backward", () -> kernels().reluBackward(a, slope, b, y), y);
    arrays.expect("relu backward", naive.reluGradient(), y, tolerance());

    arrays.runInPlace("relu backward in place", () -> kernels().reluBackward(a, slope, b, b), b);
    arrays.expect("relu backward in place", naive.reluGradient(), b, tolerance());
    arrays.randomize(b);
    double[] sum = new NaiveElementwise(left, arrays.values(b), slope).sum(true);
    arrays.runInPlace("add in place", () -> kernels().add(a, b, true, a), a);
    arrays.expect("add in place", sum, a, tolerance());
    arrays.randomize(a);
    double[] rectified = new NaiveElementwise(arrays.values(a), sum, slope).relu();
    arrays.runInPlace("relu in place", () -> kernels().relu(a, slope, a), a);
    arrays.expect("relu in place", rectified, a, tolerance());
  }

  @Test
  void copy_anyOrderAndGaps_keepsValues() {
    INDArray random = Nd4j.rand(type, 3, 5, 4, 7);
    List<INDArray> sources =
        List.of(
            random,
            random.dup('f'),
            random.permute(0, 2, 3, 1).dup('c').permute(0, 3, 1, 2),
            Nd4j.rand(type, 4, 9, 4, 8).get(ContractGeometries.part(random)),
            Nd4j.rand(type, 1, 5, 1, 1).broadcast(3, 5, 4, 7));
    for (INDArray source : sources) {
      INDArray image = arrays.image("image", 3, 5, 4, 7);
      arrays.run("to channels last", () -> kernels().copy(source, image), image);
      assertSameValues(source, image, "from strides " + Arrays.toString(source.stride()));
      INDArray plain = arrays.vector("plain", 3, 5, 4, 7);
      arrays.run("from channels last", () -> kernels().copy(image, plain), plain);
      assertSameValues(image, plain, "from strides " + Arrays.toString(image.stride()));
    }
    INDArray features = Nd4j.rand(type, 6, 4);
    INDArray copy = arrays.vector("features", 4, 6);
    arrays.run("transposed", () -> kernels().copy(features.transpose(), copy), copy);
    assertSameValues(features.transpose(), copy);
  }

  @Test
  void kernels_ofSeveralThreads_doNotMix() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<ConvolutionGeometry> all = convolutions().toList();
      Callable<Void> task =
          () -> {
            for (ConvolutionGeometry g : all) {
              convolveOften(new FramedArrays(type), g);
            }
            return null;
          };
      for (Future<Void> done : threads.invokeAll(List.of(task, task, task))) {
        done.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  private void convolveOften(FramedArrays own, ConvolutionGeometry g) {
    INDArray x = own.image("input", g.n(), g.c(), g.h(), g.w());
    INDArray w = own.vector("weights", g.k(), g.c(), g.kernelHeight(), g.kernelWidth());
    INDArray y = own.image("output", g.n(), g.k(), g.outHeight(), g.outWidth());
    for (int i = 0; i < 3; i++) {
      own.randomize(x);
      double[] expected =
          new NaiveConvolution(g, own.values(x), own.values(w), null, new double[(int) y.length()])
              .output();
      own.run("in a thread", () -> kernels().convolution(g, x, w, null, y), y);
      own.expect("in a thread", expected, y, tolerance());
    }
  }
}
