package dev.eman.core.nn.exec;

import dev.eman.core.nn.kernel.onednn.DnnlOp;
import dev.eman.core.nn.kernel.onednn.OneDnn;
import dev.eman.core.nn.kernel.onednn.OneDnnKernels;
import dev.eman.core.nn.kernel.onednn.OneDnnLinear;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A linear layer, always of as many rows at a time: oneDNN sums the products of one row in another
 * order than those of two, and those of some numbers of rows in yet another. This way the bits of
 * an image's logits do not depend on the batch that it came in.
 */
final class FoldedLinear {
  private static final int ROWS = 16;

  private final DnnlOp op;
  private final INDArray weights;
  private final @Nullable INDArray bias;
  private final INDArray lastInputs;
  private final INDArray lastOutputs;

  /**
   * @param weights {@code [out, in]} in c order
   * @param bias {@code [out]}
   * @param memory which this takes some of
   */
  FoldedLinear(
      OneDnn context,
      long in,
      long out,
      INDArray weights,
      @Nullable INDArray bias,
      BufferLifetimes memory) {
    this.op = OneDnnLinear.forward(context, ROWS, in, out, bias != null);
    this.weights = weights;
    this.bias = bias;
    this.lastInputs = zeros(memory, in);
    this.lastOutputs = zeros(memory, out);
  }

  private static INDArray zeros(BufferLifetimes memory, long width) {
    INDArray rows =
        memory.allocate(ROWS * width * Float.BYTES).asArray(DataType.FLOAT, 'c', ROWS, width);
    rows.assign(0);
    return rows;
  }

  /**
   * What computes the layer's output.
   *
   * @param x {@code [N, in]}, c order
   * @param y {@code [N, out]}, c order; written to
   */
  Runnable on(INDArray x, INDArray y) {
    long images = x.size(0);
    long whole = images - images % ROWS;
    List<Runnable> steps = new ArrayList<>();
    for (long at = 0; at < whole; at += ROWS) {
      INDArray from = rows(x, at, at + ROWS);
      INDArray to = rows(y, at, at + ROWS);
      steps.add(() -> op.run(from, weights, to, bias));
    }
    if (whole < images) {
      INDArray from = rows(x, whole, images);
      INDArray to = rows(y, whole, images);
      INDArray inputs = rows(lastInputs, 0, images - whole);
      INDArray outputs = rows(lastOutputs, 0, images - whole);
      OneDnnKernels kernels = OneDnnKernels.INSTANCE;
      steps.add(() -> kernels.copy(from, inputs));
      steps.add(() -> op.run(lastInputs, weights, lastOutputs, bias));
      steps.add(() -> kernels.copy(outputs, to));
    }
    return () -> steps.forEach(Runnable::run);
  }

  private static INDArray rows(INDArray matrix, long from, long to) {
    return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }
}
