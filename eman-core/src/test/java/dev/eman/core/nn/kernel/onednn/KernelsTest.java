package dev.eman.core.nn.kernel.onednn;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.Named.named;

import dev.eman.core.data.ArrayAssertions;
import dev.eman.core.nn.kernel.ChannelsLast;
import dev.eman.core.nn.kernel.ConvolutionGeometry;
import dev.eman.core.nn.kernel.Kernels;
import dev.eman.core.nn.kernel.PoolingGeometry;
import dev.eman.core.nn.kernel.nd4j.Nd4jKernels;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.BeforeTry;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** oneDNN's kernels against ND4J's operations in double precision, and against plain loops. */
@AddLifecycleHook(NeedsOneDnn.class)
class KernelsTest {
  private final Kernels fast = OneDnnKernels.INSTANCE;
  private final Kernels reference = Nd4jKernels.INSTANCE;

  /** Where a ReLU cuts, a rounding decides whether a gradient passes. */
  @BeforeTry
  void sameValuesEachTime() {
    Nd4j.getRandom().setSeed(1);
  }

  private static INDArray image(long... nchw) {
    INDArray memory = Nd4j.randn(DataType.FLOAT, nchw[0], nchw[2], nchw[3], nchw[1]);
    return ChannelsLast.view(memory);
  }

  private static INDArray exact(INDArray x) {
    return x.castTo(DataType.DOUBLE);
  }

  private static void assertClose(String what, INDArray expected, INDArray actual) {
    double scale = Math.max(1, expected.amaxNumber().doubleValue());
    ArrayAssertions.assertClose(expected, actual, 2e-5 * scale, what);
  }

  @Property(tries = 60)
  void convolution_anyGeometry_agrees(
      @ForAll @IntRange(min = 1, max = 3) int n,
      @ForAll @IntRange(min = 1, max = 20) int c,
      @ForAll @IntRange(min = 5, max = 9) int h,
      @ForAll @IntRange(min = 5, max = 9) int w,
      @ForAll @IntRange(min = 1, max = 20) int k,
      @ForAll @IntRange(min = 1, max = 3) int kernelHeight,
      @ForAll @IntRange(min = 1, max = 3) int kernelWidth,
      @ForAll @IntRange(min = 1, max = 2) int stride,
      @ForAll @IntRange(min = 1, max = 2) int dilation,
      @ForAll @IntRange(min = 0, max = 15) int pads) {
    ConvolutionGeometry g =
        new ConvolutionGeometry(
            n,
            c,
            h,
            w,
            k,
            kernelHeight,
            kernelWidth,
            stride,
            3 - stride,
            dilation,
            1,
            pads & 1,
            pads >> 1 & 1,
            pads >> 2 & 1,
            pads >> 3 & 1);
    INDArray x = image(n, c, h, w);
    INDArray weights = Nd4j.randn(DataType.FLOAT, k, c, kernelHeight, kernelWidth).dup('c');
    INDArray bias = Nd4j.randn(DataType.FLOAT, k);
    INDArray y = image(n, k, g.outHeight(), g.outWidth());
    INDArray yExact = exact(y);
    fast.convolution(g, x, weights, bias, y);
    reference.convolution(g, exact(x), exact(weights), exact(bias), yExact);
    assertClose("y", yExact, y);

    INDArray dy = image(n, k, g.outHeight(), g.outWidth());
    INDArray dx = image(n, c, h, w);
    INDArray dxExact = exact(dx);
    fast.convolutionBackwardData(g, dy, weights, dx);
    reference.convolutionBackwardData(g, exact(dy), exact(weights), dxExact);
    assertClose("dx", dxExact, dx);

    INDArray dw = weights.dup('c');
    INDArray db = bias.dup();
    INDArray dwExact = exact(dw);
    INDArray dbExact = exact(db);
    fast.convolutionBackwardWeights(g, x, dy, dw, db);
    reference.convolutionBackwardWeights(g, exact(x), exact(dy), dwExact, dbExact);
    assertClose("dw", dwExact, dw);
    assertClose("db", dbExact, db);
  }

  @Property(tries = 40, seed = "1")
  void normalization_anyShape_agrees(
      @ForAll @IntRange(min = 2, max = 4) int n,
      @ForAll @IntRange(min = 1, max = 40) int c,
      @ForAll @IntRange(min = 1, max = 5) int h,
      @ForAll boolean flat,
      @ForAll boolean relu) {
    double slope = relu ? 0 : 1;
    INDArray x = flat ? Nd4j.randn(DataType.FLOAT, n, c) : image(n, c, h, h + 1);
    INDArray gamma = Nd4j.randn(DataType.FLOAT, c);
    INDArray beta = Nd4j.randn(DataType.FLOAT, c);
    INDArray mean = Nd4j.zeros(DataType.FLOAT, c);
    INDArray variance = Nd4j.zeros(DataType.FLOAT, c);
    INDArray y = x.dup();
    y = flat ? y : image(n, c, h, h + 1);
    fast.normalizeWithBatch(x, gamma, beta, 1e-3, slope, y, mean, variance);
    INDArray yExact = exact(y);
    INDArray meanExact = exact(mean);
    INDArray varianceExact = exact(variance);
    reference.normalizeWithBatch(
        exact(x), exact(gamma), exact(beta), 1e-3, slope, yExact, meanExact, varianceExact);
    assertClose("y", yExact, y);
    assertClose("mean", meanExact, mean);
    assertClose("variance", varianceExact, variance);

    INDArray dy = flat ? Nd4j.randn(DataType.FLOAT, n, c) : image(n, c, h, h + 1);
    INDArray dgamma = Nd4j.zeros(DataType.FLOAT, c);
    INDArray dbeta = Nd4j.zeros(DataType.FLOAT, c);
    INDArray dxExact = exact(dy);
    INDArray dgammaExact = exact(dgamma);
    INDArray dbetaExact = exact(dbeta);
    reference.normalizeBackward(
        exact(x),
        exact(dy),
        exact(gamma),
        exact(beta),
        meanExact,
        varianceExact,
        1e-3,
        slope,
        dxExact,
        dgammaExact,
        dbetaExact);
    // In place, as the executor does where it may.
    fast.normalizeBackward(x, dy, gamma, beta, mean, variance, 1e-3, slope, dy, dgamma, dbeta);
    double scale = 40 / Math.sqrt(varianceExact.minNumber().doubleValue() + 1e-3);
    ArrayAssertions.assertClose(dxExact, dy, 2e-5 * scale, "dx");
    assertClose("dgamma", dgammaExact, dgamma);
    assertClose("dbeta", dbetaExact, dbeta);

    variance.addi(0.5);
    fast.normalizeWithStored(x, gamma, beta, mean, variance, 1e-3, slope, y);
    reference.normalizeWithStored(
        exact(x), exact(gamma), exact(beta), exact(mean), exact(variance), 1e-3, slope, yExact);
    assertClose("stored", yExact, y);
  }

  @Property(tries = 40)
  void pooling_anyGeometry_agrees(
      @ForAll boolean max,
      @ForAll boolean includePadding,
      @ForAll @IntRange(min = 1, max = 18) int c,
      @ForAll @IntRange(min = 4, max = 9) int h,
      @ForAll @IntRange(min = 2, max = 3) int kernel,
      @ForAll @IntRange(min = 1, max = 3) int stride,
      @ForAll @IntRange(min = 0, max = 15) int pads) {
    PoolingGeometry g =
        new PoolingGeometry(
            max,
            includePadding,
            2,
            c,
            h,
            h + 1,
            kernel,
            kernel,
            stride,
            stride,
            pads & 1,
            pads >> 1 & 1,
            pads >> 2 & 1,
            pads >> 3 & 1);
    INDArray x = image(2, c, h, h + 1);
    INDArray y = image(2, c, g.outHeight(), g.outWidth());
    INDArray yExact = exact(y);
    long bytes = fast.poolingWorkspaceBytes(g);
    INDArray where = bytes > 0 ? Nd4j.createUninitialized(DataType.UINT8, bytes) : null;
    fast.pool(g, x, y, where);
    reference.pool(g, exact(x), yExact, null);
    assertClose("y", yExact, y);
    INDArray dy = image(2, c, g.outHeight(), g.outWidth());
    INDArray dx = image(2, c, h, h + 1);
    INDArray dxExact = exact(dx);
    fast.poolBackward(g, x, dy, dx, where);
    reference.poolBackward(g, exact(x), exact(dy), dxExact, null);
    assertClose("dx", dxExact, dx);
  }

  @Property(tries = 20)
  void elementwise_anySlope_agrees(
      @ForAll @IntRange(min = 1, max = 33) int c, @ForAll @IntRange(min = 0, max = 9) int tenth) {
    double slope = tenth / 10.0;
    INDArray a = image(2, c, 3, 3);
    INDArray b = image(2, c, 3, 3);
    INDArray y = image(2, c, 3, 3);
    INDArray yExact = exact(y);
    fast.relu(a, slope, y);
    reference.relu(exact(a), slope, yExact);
    assertClose("relu", yExact, y);
    INDArray dx = image(2, c, 3, 3);
    INDArray dxExact = exact(dx);
    fast.reluBackward(y, slope, b, dx);
    reference.reluBackward(yExact, slope, exact(b), dxExact);
    assertClose("relu backward", dxExact, dx);
    for (boolean relu : new boolean[] {false, true}) {
      fast.add(a, b, relu, y);
      reference.add(exact(a), exact(b), relu, yExact);
      assertClose("add", yExact, y);
    }
    INDArray first = Nd4j.randn(DataType.FLOAT, 2, c, 3, 3);
    fast.copy(first, y);
    assertSameValues(first, y);
  }

  /** What {@link KernelSearch} runs at length. */
  static Stream<Named<List<KernelSweep.Case>>> sweeps() {
    return Stream.of(
        named("pooling", KernelSweep.pooling(7, 3, 6, 3, 17)),
        named("large pooling", KernelSweep.largePooling(8, 24, 3)),
        named("convolution", KernelSweep.convolution(3, 2, 2, 5, 1, 1, 3, 8, 17)),
        named("channels", KernelSweep.channels(17, 14)),
        named("linear", KernelSweep.linear(18)),
        named("normalization", KernelSweep.normalization(33, 4)),
        named("elementwise", KernelSweep.elementwise(33, 5)),
        named("copies", KernelSweep.copies(1)));
  }

  @ParameterizedTest
  @MethodSource("sweeps")
  void everyKernel_smallGeometries_writesItsValuesAndNothingElse(List<KernelSweep.Case> cases)
      throws Exception {
    assumeTrue(OneDnn.isAvailable(), "the kernels are oneDNN's");
    assertEquals(List.of(), wrong(cases));
  }

  /** In a thread of its own: what oneDNN is lent there is not used again. */
  private static List<String> wrong(List<KernelSweep.Case> cases) throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      return thread
          .submit(
              () -> {
                GuardedCall call = new GuardedCall(new GuardedScratch());
                GuardedKernels kernels = new GuardedKernels(OneDnnKernels.INSTANCE, call);
                GuardedInference inference = new GuardedInference(call);
                List<String> wrong = new ArrayList<>();
                for (KernelSweep.Case c : cases) {
                  try {
                    c.check().accept(kernels, inference);
                  } catch (AssertionError e) {
                    wrong.add(c + ": " + e.getMessage());
                  }
                }
                Reference.reachabilityFence(call);
                return wrong;
              })
          .get();
    } finally {
      thread.shutdown();
    }
  }

  @Test
  void pool_commonWindows_keepTheGeneratedKernel() {
    for (int size = 2; size <= 112; size++) {
      for (int[] window : new int[][] {{2, 2, 0}, {3, 2, 1}, {3, 1, 1}, {5, 1, 2}}) {
        int kernel = window[0];
        int stride = window[1];
        int pad = window[2];
        PoolingGeometry g =
            new PoolingGeometry(
                true, false, 8, 64, size, size, kernel, kernel, stride, stride, pad, pad, pad, pad);
        assertFalse(OneDnnPooling.needsPlainKernel(g), g.toString());
      }
    }
    PoolingGeometry wide = new PoolingGeometry(true, false, 1, 8, 40, 40, 9, 9, 1, 1, 4, 4, 4, 4);
    assertFalse(OneDnnPooling.needsPlainKernel(wide));
  }

  @Test
  void nd4jsPool_windowsOverTheBorder_isRight() {
    assumeTrue(OneDnn.isAvailable(), "the kernels are oneDNN's");
    GuardedCall call = new GuardedCall(null);
    GuardedKernels kernels = new GuardedKernels(Nd4jKernels.INSTANCE, call);
    List<KernelSweep.Case> cases = KernelSweep.pooling(5, 1, 3, 3);
    for (int i = 0; i < cases.size(); i += 7) {
      cases.get(i).check().accept(kernels, new GuardedInference(call));
    }
  }
}
