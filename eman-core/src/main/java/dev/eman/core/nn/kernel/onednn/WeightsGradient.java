package dev.eman.core.nn.kernel.onednn;

import dev.eman.core.nn.kernel.ConvolutionGeometry;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradient of a convolution's weights, where it pays on copies of its operands in blocks of
 * channels.
 *
 * @param op the gradient
 * @param reorder from the layout that oneDNN chose for it; null for the plain one
 * @param blockedBytes of that layout
 * @param sourceToBlocks null where the source is read as it is
 * @param gradientToBlocks null where the output's gradient is read as it is
 */
record WeightsGradient(
    DnnlOp op,
    @Nullable DnnlOp reorder,
    long blockedBytes,
    @Nullable DnnlOp sourceToBlocks,
    @Nullable DnnlOp gradientToBlocks,
    long sourceBytes,
    long gradientBytes) {

  /** With fewer channels the copies cost as much as they save. */
  private static final int FEWEST_CHANNELS = 32;

  /** On operands as they are, with plain weights. */
  WeightsGradient(DnnlOp op) {
    this(op, null, 0, null, null, 0, 0);
  }

  /**
   * The layout of the copies; null for none. oneDNN's kernels for channels-last operands reach half
   * of the processor's speed for strided windows; with AVX2, on processors that have nothing wider,
   * for others too.
   */
  static memory.@Nullable format_tag blocks(ConvolutionGeometry g) {
    boolean wide = OneDnn.hasWideVectors();
    int block = wide ? 16 : 8;
    boolean strided = g.strideHeight() > 1 || g.strideWidth() > 1;
    boolean window = g.kernelHeight() > 1 && g.kernelWidth() > 1;
    boolean whole = g.c() % block == 0 && g.k() % block == 0 && g.c() >= FEWEST_CHANNELS;
    if (!window || !whole || (wide && !strided)) {
      return null;
    }
    return wide ? memory.format_tag.nChw16c : memory.format_tag.nChw8c;
  }

  void run(OneDnn context, INDArray x, INDArray dy, INDArray dw, @Nullable INDArray db) {
    INDArray source = x;
    INDArray gradient = dy;
    if (sourceToBlocks != null && gradientToBlocks != null) {
      source = context.blockedSource(sourceBytes);
      gradient = context.blockedGradient(gradientBytes);
      sourceToBlocks.run(x, source);
      gradientToBlocks.run(dy, gradient);
    }
    if (reorder == null) {
      op.run(source, gradient, dw, db);
    } else {
      INDArray blocked = context.weightsBuffer(blockedBytes);
      op.run(source, gradient, blocked, db);
      reorder.run(blocked, dw);
    }
  }
}
