package dev.eman.core.nn.kernel.nd4j;

import dev.eman.core.nn.kernel.ConvolutionGeometry;
import dev.eman.core.nn.kernel.Kernels;
import dev.eman.core.nn.kernel.Normalization;
import dev.eman.core.nn.kernel.PoolingGeometry;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastAddOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastSubOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * ND4J's own operations: every backend (on CUDA they reach cuDNN) and every floating type. Written
 * for clarity, not for speed.
 */
public final class Nd4jKernels implements Kernels {
  public static final Nd4jKernels INSTANCE = new Nd4jKernels();

  private Nd4jKernels() {}

  @Override
  public void copy(INDArray from, INDArray to) {
    to.assign(from);
  }

  @Override
  public void convolution(
      ConvolutionGeometry g, INDArray x, INDArray w, @Nullable INDArray b, INDArray y) {
    Nd4jConvolution.forward(g, x, w, b, y);
  }

  @Override
  public void convolutionBackwardData(ConvolutionGeometry g, INDArray dy, INDArray w, INDArray dx) {
    Nd4jConvolution.backwardData(g, dy, w, dx);
  }

  @Override
  public void convolutionBackwardWeights(
      ConvolutionGeometry g, INDArray x, INDArray dy, INDArray dw, @Nullable INDArray db) {
    Nd4jConvolution.backwardWeights(g, x, dy, dw, db);
  }

  private static int[] allButChannels(INDArray x) {
    return x.rank() == 2 ? new int[] {0} : new int[] {0, 2, 3};
  }

  private static INDArray inverseDeviation(INDArray variance, double eps) {
    return Transforms.sqrt(variance.add(eps)).rdivi(1);
  }

  private static INDArray standardized(INDArray x, INDArray mean, INDArray variance, double eps) {
    INDArray centred =
        Nd4j.exec(
            new BroadcastSubOp(x, mean, Nd4j.createUninitialized(x.dataType(), x.shape(), 'c'), 1));
    return Nd4j.exec(new BroadcastMulOp(centred, inverseDeviation(variance, eps), centred, 1));
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
  public void normalizeWithStored(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      double slope,
      INDArray y) {
    INDArray out = normalized(x, new Normalization(gamma, beta, mean, variance, eps));
    y.assign(slope == 1 ? out : Transforms.leakyRelu(out, slope, false));
  }

  @Override
  public void batchStatistics(INDArray x, INDArray mean, INDArray variance) {
    mean.assign(x.mean(allButChannels(x)));
    variance.assign(x.var(false, allButChannels(x)));
  }

  @Override
  public void addNormalized(
      INDArray a,
      Normalization ofA,
      INDArray b,
      @Nullable Normalization ofB,
      boolean relu,
      INDArray y) {
    add(normalized(a, ofA), ofB == null ? b : normalized(b, ofB), relu, y);
  }

  private static INDArray normalized(INDArray x, Normalization n) {
    return affine(standardized(x, n.mean(), n.variance(), n.eps()), n.gamma(), n.beta());
  }

  /** In place. */
  private static INDArray affine(INDArray xHat, INDArray gamma, INDArray beta) {
    Nd4j.exec(new BroadcastMulOp(xHat, gamma, xHat, 1));
    return Nd4j.exec(new BroadcastAddOp(xHat, beta, xHat, 1));
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
    // dx = gamma / s * (dy - mean(dy) - xHat * mean(dy * xHat))
    INDArray xHat = standardized(x, mean, variance, eps);
    INDArray g = masked(affine(xHat.dup(), gamma, beta), dy, slope);
    int[] dims = allButChannels(x);
    double count = (double) x.length() / x.size(1);
    dbeta.assign(g.sum(dims));
    dgamma.assign(g.mul(xHat).sum(dims));
    Nd4j.exec(new BroadcastMulOp(xHat, dgamma.div(count), xHat, 1));
    g.subi(xHat);
    Nd4j.exec(new BroadcastSubOp(g, dbeta.div(count), g, 1));
    Nd4j.exec(new BroadcastMulOp(g, gamma.mul(inverseDeviation(variance, eps)), g, 1));
    dx.assign(g);
  }

  /** The backward pass of {@link #normalizeWithStored}; on every backend, since it is rare. */
  public static void normalizeStoredBackward(
      INDArray x,
      INDArray y,
      INDArray dy,
      INDArray gamma,
      INDArray mean,
      INDArray variance,
      double eps,
      double slope,
      INDArray dx,
      INDArray dgamma,
      INDArray dbeta) {
    INDArray xHat = standardized(x, mean, variance, eps);
    INDArray g = masked(y, dy, slope);
    int[] dims = allButChannels(x);
    dbeta.assign(g.sum(dims));
    dgamma.assign(g.mul(xHat).sum(dims));
    Nd4j.exec(new BroadcastMulOp(g, gamma.mul(inverseDeviation(variance, eps)), g, 1));
    dx.assign(g);
  }

  private static INDArray masked(INDArray y, INDArray dy, double slope) {
    INDArray g = dy.dup('c');
    return slope == 1 ? g : g.muli(passed(y, slope, dy.dataType()));
  }

  /** 1 where y is positive, else the slope. */
  private static INDArray passed(INDArray y, double slope, DataType type) {
    return y.gt(0).castTo(type).muli(1 - slope).addi(slope);
  }

  @Override
  public void add(INDArray a, INDArray b, boolean relu, INDArray y) {
    INDArray sum = a.add(b);
    y.assign(relu ? Transforms.relu(sum, false) : sum);
  }

  @Override
  public void relu(INDArray x, double slope, INDArray y) {
    y.assign(Transforms.leakyRelu(x, slope, true));
  }

  @Override
  public void reluBackward(INDArray y, double slope, INDArray dy, INDArray dx) {
    dx.assign(passed(y, slope, dy.dataType()).muli(dy));
  }

  @Override
  public long poolingWorkspaceBytes(PoolingGeometry g) {
    return 0;
  }

  private static DynamicCustomOp.DynamicCustomOpsBuilder operation(
      String suffix, PoolingGeometry g) {
    // ... , padding mode, extra 0: average over the part inside, 1: over the whole window, NCHW
    return DynamicCustomOp.builder((g.max() ? "maxpool2d" : "avgpool2d") + suffix)
        .addIntegerArguments(
            g.kernelHeight(),
            g.kernelWidth(),
            g.strideHeight(),
            g.strideWidth(),
            0,
            0,
            1,
            1,
            0,
            1,
            0);
  }

  private static boolean isPadded(PoolingGeometry g) {
    return g.padTop() + g.padLeft() + g.padBottom() + g.padRight() > 0;
  }

  private static INDArray pad(PoolingGeometry g, INDArray x) {
    if (!isPadded(g)) {
      return x.dup('c');
    }
    double value = g.max() ? -Double.MAX_VALUE : 0;
    if (g.max() && x.dataType() == DataType.FLOAT) {
      value = -Float.MAX_VALUE;
    }
    return Nd4jPadding.padded(x, value, g.padTop(), g.padLeft(), g.padBottom(), g.padRight());
  }

  /** For averages over the part inside: window / count, as an array to multiply with. */
  private static @Nullable INDArray insideFactor(PoolingGeometry g, INDArray like) {
    if (g.max() || g.includePadding() || !isPadded(g)) {
      return null;
    }
    INDArray ones = Nd4j.ones(like.dataType(), 1, 1, g.h(), g.w());
    INDArray share = Nd4j.createUninitialized(like.dataType(), 1, 1, g.outHeight(), g.outWidth());
    Nd4j.exec(operation("", g).addInputs(pad(g, ones)).addOutputs(share).build());
    return share.rdivi(1);
  }

  @Override
  public void pool(PoolingGeometry g, INDArray x, INDArray y, @Nullable INDArray workspace) {
    INDArray out = Nd4j.createUninitialized(y.dataType(), y.shape(), 'c');
    Nd4j.exec(operation("", g).addInputs(pad(g, x)).addOutputs(out).build());
    INDArray factor = insideFactor(g, x);
    y.assign(factor == null ? out : out.muli(factor.broadcast(out.shape())));
  }

  @Override
  public void poolBackward(
      PoolingGeometry g, INDArray x, INDArray dy, INDArray dx, @Nullable INDArray workspace) {
    INDArray in = pad(g, x);
    INDArray upstream = dy.dup('c');
    INDArray factor = insideFactor(g, x);
    if (factor != null) {
      upstream.muli(factor.broadcast(upstream.shape()));
    }
    INDArray dIn = Nd4j.createUninitialized(dx.dataType(), in.shape(), 'c');
    Nd4j.exec(operation("_bp", g).addInputs(in, upstream).addOutputs(dIn).build());
    dx.assign(isPadded(g) ? Nd4jPadding.inner(dIn, dx, g.padTop(), g.padLeft()) : dIn);
  }
}
