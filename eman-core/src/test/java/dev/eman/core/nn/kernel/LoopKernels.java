package dev.eman.core.nn.kernel;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Kernels of somebody else: plain loops in double precision, whatever the type of the arrays. */
final class LoopKernels implements Kernels {
  static final LoopKernels INSTANCE = new LoopKernels();

  private final AtomicLong calls = new AtomicLong();

  private LoopKernels() {}

  /** How many operations have run in this process. */
  long calls() {
    return calls.get();
  }

  /** The values in the order of channels-last memory. */
  private static double[] read(INDArray a) {
    INDArray inOrder = a.rank() == 4 ? a.permute(0, 2, 3, 1) : a;
    return inOrder.castTo(DataType.DOUBLE).dup('c').ravel().toDoubleVector();
  }

  private void write(double[] values, INDArray to) {
    calls.incrementAndGet();
    INDArray inOrder = to.rank() == 4 ? to.permute(0, 2, 3, 1) : to;
    inOrder.assign(
        Nd4j.createFromArray(values).castTo(to.dataType()).reshape('c', inOrder.shape()));
  }

  /** Weights {@code [K, C, kH, kW]} are in c order. */
  private static double[] weights(INDArray w) {
    return w.castTo(DataType.DOUBLE).dup('c').ravel().toDoubleVector();
  }

  @Override
  public void copy(INDArray from, INDArray to) {
    calls.incrementAndGet();
    to.assign(from);
  }

  private static NaiveConvolution convolution(
      ConvolutionGeometry g,
      double @Nullable [] x,
      double @Nullable [] w,
      double @Nullable [] b,
      double @Nullable [] dy) {
    long in = g.n() * g.c() * g.h() * g.w();
    long area = (long) g.kernelHeight() * g.kernelWidth();
    long out = g.n() * g.k() * g.outHeight() * g.outWidth();
    return new NaiveConvolution(
        g,
        x == null ? new double[(int) in] : x,
        w == null ? new double[(int) (g.k() * g.c() * area)] : w,
        b,
        dy == null ? new double[(int) out] : dy);
  }

  @Override
  public void convolution(
      ConvolutionGeometry g, INDArray x, INDArray w, @Nullable INDArray b, INDArray y) {
    double[] bias = b == null ? null : read(b);
    write(convolution(g, read(x), weights(w), bias, null).output(), y);
  }

  @Override
  public void convolutionBackwardData(ConvolutionGeometry g, INDArray dy, INDArray w, INDArray dx) {
    write(convolution(g, null, weights(w), null, read(dy)).inputGradient(), dx);
  }

  @Override
  public void convolutionBackwardWeights(
      ConvolutionGeometry g, INDArray x, INDArray dy, INDArray dw, @Nullable INDArray db) {
    NaiveConvolution naive = convolution(g, read(x), null, null, read(dy));
    write(naive.weightGradient(), dw.ravel());
    if (db != null) {
      write(naive.biasGradient(), db);
    }
  }

  @Override
  public void normalizeWithBatch(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      double eps,
      double slope,
      INDArray y,
      INDArray mean,
      INDArray variance) {
    batchStatistics(x, mean, variance);
    normalizeWithStored(x, gamma, beta, mean, variance, eps, slope, y);
  }

  @Override
  public void batchStatistics(INDArray x, INDArray mean, INDArray variance) {
    int channels = (int) x.size(1);
    double[] statistics = new NaiveNormalization(channels, 0, 1).statistics(read(x));
    write(Arrays.copyOf(statistics, channels), mean);
    write(Arrays.copyOfRange(statistics, channels, 2 * channels), variance);
  }

  @Override
  public void addNormalized(
      INDArray a,
      Normalization ofA,
      INDArray b,
      @Nullable Normalization ofB,
      boolean relu,
      INDArray y) {
    double[] right = ofB == null ? read(b) : normalized(b, ofB);
    write(new NaiveElementwise(normalized(a, ofA), right, 0).sum(relu), y);
  }

  private static double[] normalized(INDArray x, Normalization n) {
    return new NaiveNormalization((int) x.size(1), n.eps(), 1)
        .output(read(x), read(n.gamma()), read(n.beta()), read(n.mean()), read(n.variance()));
  }

  @Override
  public void normalizeWithStored(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      double slope,
      INDArray y) {
    NaiveNormalization naive = new NaiveNormalization((int) x.size(1), eps, slope);
    write(naive.output(read(x), read(gamma), read(beta), read(mean), read(variance)), y);
  }

  @Override
  public void normalizeBackward(
      INDArray x,
      INDArray dy,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      double slope,
      INDArray dx,
      INDArray dgamma,
      INDArray dbeta) {
    NaiveNormalization naive = new NaiveNormalization((int) x.size(1), eps, slope);
    double[] y = naive.output(read(x), read(gamma), read(beta), read(mean), read(variance));
    NaiveNormalization.Gradient gradient =
        naive.gradient(read(x), y, read(dy), read(gamma), read(mean), read(variance));
    write(gradient.input(), dx);
    write(gradient.gamma(), dgamma);
    write(gradient.beta(), dbeta);
  }

  @Override
  public void add(INDArray a, INDArray b, boolean relu, INDArray y) {
    write(new NaiveElementwise(read(a), read(b), 0).sum(relu), y);
  }

  @Override
  public void relu(INDArray x, double slope, INDArray y) {
    double[] values = read(x);
    write(new NaiveElementwise(values, values, slope).relu(), y);
  }

  @Override
  public void reluBackward(INDArray y, double slope, INDArray dy, INDArray dx) {
    write(new NaiveElementwise(read(y), read(dy), slope).reluGradient(), dx);
  }

  @Override
  public long poolingWorkspaceBytes(PoolingGeometry g) {
    return 0;
  }

  @Override
  public void pool(PoolingGeometry g, INDArray x, INDArray y, @Nullable INDArray workspace) {
    write(new NaivePooling(g, read(x), new double[(int) y.length()]).output(), y);
  }

  @Override
  public void poolBackward(
      PoolingGeometry g, INDArray x, INDArray dy, INDArray dx, @Nullable INDArray workspace) {
    write(new NaivePooling(g, read(x), read(dy)).gradient(), dx);
  }
}
