package dev.eman.core.nn.kernel.nd4j;

import dev.eman.core.nn.kernel.ConvolutionGeometry;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Convolution by ND4J's operations. */
final class Nd4jConvolution {
  private Nd4jConvolution() {}

  private static boolean symmetric(ConvolutionGeometry g) {
    return g.padTop() == g.padBottom() && g.padLeft() == g.padRight();
  }

  private static ConvolutionGeometry prePadded(ConvolutionGeometry g) {
    return new ConvolutionGeometry(
        g.n(),
        g.c(),
        g.h() + g.padTop() + g.padBottom(),
        g.w() + g.padLeft() + g.padRight(),
        g.k(),
        g.kernelHeight(),
        g.kernelWidth(),
        g.strideHeight(),
        g.strideWidth(),
        g.dilationHeight(),
        g.dilationWidth(),
        0,
        0,
        0,
        0);
  }

  private static DynamicCustomOp.DynamicCustomOpsBuilder operation(
      String name, ConvolutionGeometry g) {
    // kH, kW, sH, sW, pH, pW, dH, dW, padding mode (0: explicit), NCHW, weights [oC, iC, kH, kW]
    return DynamicCustomOp.builder(name)
        .addIntegerArguments(
            g.kernelHeight(),
            g.kernelWidth(),
            g.strideHeight(),
            g.strideWidth(),
            g.padTop(),
            g.padLeft(),
            g.dilationHeight(),
            g.dilationWidth(),
            0,
            0,
            1);
  }

  /**
   * ND4J's operations with oneDNN forget the dilation when they work out the padding behind, and
   * fail. They are given a larger kernel then, with zeros between the weights.
   */
  private static boolean refusesDilation(ConvolutionGeometry g, DataType type) {
    return (g.dilationHeight() > 1 || g.dilationWidth() > 1)
        && type != DataType.DOUBLE
        && Nd4j.getEnvironment().isCPU()
        && Nd4j.getBackend().buildInfo().contains("HAVE_ONEDNN");
  }

  private static ConvolutionGeometry withoutDilation(ConvolutionGeometry g) {
    return new ConvolutionGeometry(
        g.n(),
        g.c(),
        g.h(),
        g.w(),
        g.k(),
        (g.kernelHeight() - 1) * g.dilationHeight() + 1,
        (g.kernelWidth() - 1) * g.dilationWidth() + 1,
        g.strideHeight(),
        g.strideWidth(),
        1,
        1,
        g.padTop(),
        g.padLeft(),
        g.padBottom(),
        g.padRight());
  }

  private static INDArray largerKernel(ConvolutionGeometry g, DataType type) {
    ConvolutionGeometry plain = withoutDilation(g);
    return Nd4j.zeros(type, g.k(), g.c(), plain.kernelHeight(), plain.kernelWidth());
  }

  /** The weights of a dilated kernel in the larger one; a view. */
  private static INDArray weightsIn(INDArray larger, ConvolutionGeometry g) {
    return larger.get(
        NDArrayIndex.all(),
        NDArrayIndex.all(),
        NDArrayIndex.interval(0, g.dilationHeight(), larger.size(2)),
        NDArrayIndex.interval(0, g.dilationWidth(), larger.size(3)));
  }

  static void forward(
      ConvolutionGeometry g, INDArray x, INDArray w, @Nullable INDArray b, INDArray y) {
    if (refusesDilation(g, x.dataType())) {
      INDArray larger = largerKernel(g, w.dataType());
      weightsIn(larger, g).assign(w);
      forward(withoutDilation(g), x, larger, b, y);
      return;
    }
    if (!symmetric(g)) {
      INDArray in = Nd4jPadding.padded(x, 0, g.padTop(), g.padLeft(), g.padBottom(), g.padRight());
      forward(prePadded(g), in, w, b, y);
      return;
    }
    INDArray out = Nd4j.createUninitialized(y.dataType(), y.shape(), 'c');
    INDArray in = x.dup('c');
    Nd4j.exec(
        operation("conv2d", g)
            .addInputs(b == null ? new INDArray[] {in, w} : new INDArray[] {in, w, b})
            .addOutputs(out)
            .build());
    y.assign(out);
  }

  static void backwardData(ConvolutionGeometry g, INDArray dy, INDArray w, INDArray dx) {
    backward(
        g,
        Nd4j.zeros(dx.dataType(), dx.shape()),
        w,
        dy,
        dx,
        Nd4j.createUninitialized(w.dataType(), w.shape(), 'c'),
        null);
  }

  static void backwardWeights(
      ConvolutionGeometry g, INDArray x, INDArray dy, INDArray dw, @Nullable INDArray db) {
    backward(g, x, dw, dy, null, dw, db); // the weights themselves do not enter their gradient
  }

  private static void backward(
      ConvolutionGeometry g,
      INDArray x,
      INDArray w,
      INDArray dy,
      @Nullable INDArray dx,
      INDArray dw,
      @Nullable INDArray db) {
    if (refusesDilation(g, x.dataType())) {
      INDArray larger = largerKernel(g, w.dataType());
      weightsIn(larger, g).assign(w);
      INDArray dLarger = larger.dup('c');
      backward(withoutDilation(g), x, larger, dy, dx, dLarger, db);
      if (dx == null) {
        dw.assign(weightsIn(dLarger, g));
      }
      return;
    }
    INDArray in =
        symmetric(g)
            ? x.dup('c')
            : Nd4jPadding.padded(x, 0, g.padTop(), g.padLeft(), g.padBottom(), g.padRight());
    ConvolutionGeometry plain = symmetric(g) ? g : prePadded(g);
    INDArray dIn = Nd4j.createUninitialized(in.dataType(), in.shape(), 'c');
    INDArray dWeights = Nd4j.createUninitialized(dw.dataType(), dw.shape(), 'c');
    Nd4j.exec(
        operation("conv2d_bp", plain)
            .addInputs(in, w.dup('c'), dy.dup('c'))
            .addOutputs(dIn, dWeights)
            .build());
    if (dx == null) {
      dw.assign(dWeights);
    } else {
      dx.assign(symmetric(g) ? dIn : Nd4jPadding.inner(dIn, dx, g.padTop(), g.padLeft()));
    }
    if (db != null) {
      db.assign(dy.sum(0, 2, 3));
    }
  }
}
