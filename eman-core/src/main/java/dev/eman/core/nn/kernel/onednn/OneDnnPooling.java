package dev.eman.core.nn.kernel.onednn;

import static com.google.common.base.Preconditions.checkArgument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import dev.eman.core.nn.kernel.PoolingGeometry;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.dnnl.primitive_desc;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Maximum and average pooling. */
final class OneDnnPooling {
  /**
   * Outputs that each of oneDNN's generated kernels, whatever the processor, treats in one block.
   */
  private static final int SMALLEST_BLOCK = 3;

  /**
   * Outputs in a wide row for each that reaches over one side: two for the sides, and less than
   * three blocks, each smaller than that, for rounding at the sides and the end.
   */
  private static final int WIDE = 5;

  private static final long[] NO_DILATION = {0, 0};

  private OneDnnPooling() {}

  private record PoolingKey(String operation, PoolingGeometry g) {}

  private static memory.desc source(PoolingGeometry g) {
    return OneDnn.channelsLast(g.n(), g.c(), g.h(), g.w());
  }

  private static memory.desc destination(PoolingGeometry g) {
    return OneDnn.channelsLast(g.n(), g.c(), g.outHeight(), g.outWidth());
  }

  private static long[] strides(PoolingGeometry g) {
    return new long[] {g.strideHeight(), g.strideWidth()};
  }

  private static long[] kernel(PoolingGeometry g) {
    return new long[] {g.kernelHeight(), g.kernelWidth()};
  }

  private static long[] padBefore(PoolingGeometry g) {
    return new long[] {g.padTop(), g.padLeft()};
  }

  private static long[] padAfter(PoolingGeometry g) {
    return new long[] {g.padBottom(), g.padRight()};
  }

  private static int algorithm(PoolingGeometry g) {
    if (g.max()) {
      return dnnl.dnnl_pooling_max;
    }
    return g.includePadding()
        ? dnnl.dnnl_pooling_avg_include_padding
        : dnnl.dnnl_pooling_avg_exclude_padding;
  }

  private static pooling_forward.primitive_desc pooling(int kind, PoolingGeometry g) {
    pooling_forward.primitive_desc pd =
        new pooling_forward.primitive_desc(
            OneDnn.engine(),
            kind,
            algorithm(g),
            source(g),
            destination(g),
            strides(g),
            kernel(g),
            NO_DILATION,
            padBefore(g),
            padAfter(g),
            OneDnn.attributes(),
            false);
    choose(pd, g);
    return pd;
  }

  /**
   * oneDNN 2.5.2's generated kernels treat a row of outputs in blocks and can lose count where many
   * windows reach over the border: outputs are left out, or written behind the end. They are right
   * where all such windows of a side fit into one block, of whatever processor, and where the row
   * is so wide that the blocks at its two ends do not meet.
   */
  static boolean needsPlainKernel(PoolingGeometry g) {
    long overhanging = Math.max(outputsOverLeft(g), outputsOverRight(g));
    boolean oneBlock = overhanging <= Math.min(g.outWidth(), SMALLEST_BLOCK);
    boolean farApart = WIDE * overhanging <= g.outWidth();
    return !oneBlock && !farApart;
  }

  /** Outputs of a row whose windows begin left of the map. */
  private static long outputsOverLeft(PoolingGeometry g) {
    return ((long) g.padLeft() + g.strideWidth() - 1) / g.strideWidth();
  }

  /** Outputs of a row whose windows end right of the map. */
  private static long outputsOverRight(PoolingGeometry g) {
    long over = (g.outWidth() - 1) * g.strideWidth() + g.kernelWidth() - g.padLeft() - g.w();
    return Math.max(0, (over + g.strideWidth() - 1) / g.strideWidth());
  }

  /** oneDNN's plain kernels go from output to output. */
  private static void choose(primitive_desc descriptor, PoolingGeometry g) {
    if (needsPlainKernel(g)) {
      OneDnn.avoid("jit", descriptor, g);
    }
  }

  static long workspaceBytes(PoolingGeometry g) {
    if (!g.max()) {
      return 0;
    }
    return OneDnn.context()
        .cached(
            new PoolingKey("bytes", g),
            () -> pooling(dnnl.dnnl_forward_training, g).workspace_desc().get_size());
  }

  static void forward(PoolingGeometry g, INDArray x, INDArray y, @Nullable INDArray workspace) {
    OneDnn context = OneDnn.context();
    boolean training = workspace != null;
    DnnlOp op =
        context.cached(
            new PoolingKey(training ? "training" : "inference", g),
            () -> {
              pooling_forward.primitive_desc pd =
                  pooling(training ? dnnl.dnnl_forward_training : dnnl.dnnl_forward_inference, g);
              return new DnnlOp(
                  context,
                  new pooling_forward(pd),
                  pd,
                  training
                      ? new int[] {DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_WORKSPACE}
                      : new int[] {DNNL_ARG_SRC, DNNL_ARG_DST},
                  source(g),
                  destination(g),
                  pd.workspace_desc());
            });
    op.run(OneDnn.checkChannelsLast(x), OneDnn.checkChannelsLast(y), workspace);
  }

  static void backward(PoolingGeometry g, INDArray dy, INDArray dx, @Nullable INDArray workspace) {
    checkArgument(workspace != null || !g.max(), "a maximum's gradient requires a workspace");
    OneDnn context = OneDnn.context();
    DnnlOp op =
        context.cached(
            new PoolingKey("backward", g),
            () -> {
              pooling_forward.primitive_desc hint = pooling(dnnl.dnnl_forward_training, g);
              pooling_backward.primitive_desc pd =
                  new pooling_backward.primitive_desc(
                      OneDnn.engine(),
                      algorithm(g),
                      source(g),
                      destination(g),
                      strides(g),
                      kernel(g),
                      NO_DILATION,
                      padBefore(g),
                      padAfter(g),
                      hint,
                      OneDnn.attributes(),
                      false);
              choose(pd, g);
              return new DnnlOp(
                  context,
                  new pooling_backward(pd),
                  pd,
                  g.max()
                      ? new int[] {DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC, DNNL_ARG_WORKSPACE}
                      : new int[] {DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC},
                  destination(g),
                  source(g),
                  hint.workspace_desc());
            });
    op.run(OneDnn.checkChannelsLast(dy), OneDnn.checkChannelsLast(dx), workspace);
  }
}
