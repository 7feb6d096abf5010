package dev.eman.core.nn.internal;

import static com.google.common.base.Preconditions.checkArgument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_fuse_norm_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import java.util.Arrays;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Batch normalisation with an optional fused ReLU. */
final class OneDnnNormalization {
  private OneDnnNormalization() {}

  /** What a primitive was built for: no boxes, since one is made per call. */
  private record Key(String operation, boolean relu, long n, long c, long h, long w, double eps) {}

  private static long[] sizes(INDArray x) {
    return x.rank() == 2 ? new long[] {x.size(0), x.size(1), 1, 1} : x.shape();
  }

  private static memory.desc image(long[] s) {
    return OneDnn.channelsLast(s[0], s[1], s[2], s[3]);
  }

  private static memory.desc channels(long[] s) {
    return OneDnn.plain(memory.format_tag.a, s[1]);
  }

  private static batch_normalization_forward.primitive_desc normalization(
      int kind, long[] s, double eps, int flags) {
    return new batch_normalization_forward.primitive_desc(
        new batch_normalization_forward.desc(
            kind, image(s), (float) eps, flags | dnnl_use_scale | dnnl_use_shift),
        OneDnn.attributes(),
        OneDnn.engine());
  }

  private static Key key(String operation, boolean relu, long[] s, double eps) {
    return new Key(operation, relu, s[0], s[1], s[2], s[3], eps);
  }

  private static int reluFlag(boolean relu) {
    return relu ? dnnl_fuse_norm_relu : 0;
  }

  static long maskBytes(INDArray x, boolean relu) {
    if (!relu) {
      return 0;
    }
    long[] s = sizes(x);
    return OneDnn.context()
        .cached(
            key("maskBytes", true, s, 0),
            () ->
                normalization(dnnl.dnnl_forward_training, s, 1e-5, dnnl_fuse_norm_relu)
                    .workspace_desc()
                    .get_size());
  }

  static void withBatch(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      double eps,
      boolean relu,
      INDArray y,
      INDArray mean,
      INDArray variance,
      @Nullable INDArray mask) {
    OneDnn context = OneDnn.context();
    long[] s = sizes(x);
    DnnlOp op =
        context.cached(
            key("normalizeWithBatch", relu, s, eps),
            () -> {
              batch_normalization_forward.primitive_desc pd =
                  normalization(dnnl.dnnl_forward_training, s, eps, reluFlag(relu));
              return new DnnlOp(
                  context,
                  new batch_normalization_forward(pd),
                  pd,
                  relu
                      ? new int[] {
                        DNNL_ARG_SRC,
                        DNNL_ARG_SCALE,
                        DNNL_ARG_SHIFT,
                        DNNL_ARG_DST,
                        DNNL_ARG_MEAN,
                        DNNL_ARG_VARIANCE,
                        DNNL_ARG_WORKSPACE
                      }
                      : new int[] {
                        DNNL_ARG_SRC,
                        DNNL_ARG_SCALE,
                        DNNL_ARG_SHIFT,
                        DNNL_ARG_DST,
                        DNNL_ARG_MEAN,
                        DNNL_ARG_VARIANCE
                      },
                  image(s),
                  channels(s),
                  channels(s),
                  image(s),
                  channels(s),
                  channels(s),
                  pd.workspace_desc());
            });
    checkArgument(mask != null || !relu, "a fused ReLU wants a mask");
    op.run(
        OneDnn.channelsLastAddress(x),
        OneDnn.address(gamma),
        OneDnn.address(beta),
        OneDnn.channelsLastAddress(y),
        OneDnn.address(mean),
        OneDnn.address(variance),
        OneDnn.addressOrZero(mask));
  }

  static void withStored(
      INDArray x,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      boolean relu,
      INDArray y) {
    OneDnn context = OneDnn.context();
    long[] s = sizes(x);
    DnnlOp op =
        context.cached(
            key("normalizeWithStored", relu, s, eps),
            () -> {
              batch_normalization_forward.primitive_desc pd =
                  normalization(
                      dnnl.dnnl_forward_inference, s, eps, dnnl_use_global_stats | reluFlag(relu));
              return new DnnlOp(
                  context,
                  new batch_normalization_forward(pd),
                  pd,
                  new int[] {
                    DNNL_ARG_SRC,
                    DNNL_ARG_SCALE,
                    DNNL_ARG_SHIFT,
                    DNNL_ARG_DST,
                    DNNL_ARG_MEAN,
                    DNNL_ARG_VARIANCE
                  },
                  image(s),
                  channels(s),
                  channels(s),
                  image(s),
                  channels(s),
                  channels(s));
            });
    op.run(
        OneDnn.channelsLastAddress(x),
        OneDnn.address(gamma),
        OneDnn.address(beta),
        OneDnn.channelsLastAddress(y),
        OneDnn.address(mean),
        OneDnn.address(variance));
  }

  static void backward(
      INDArray x,
      INDArray dy,
      INDArray gamma,
      INDArray beta,
      INDArray mean,
      INDArray variance,
      double eps,
      boolean relu,
      @Nullable INDArray mask,
      INDArray dx,
      INDArray dgamma,
      INDArray dbeta) {
    OneDnn context = OneDnn.context();
    long[] s = sizes(x);
    DnnlOp op =
        context.cached(
            key("normalizeBackward", relu, s, eps),
            () -> {
              int flags = dnnl_use_scale | dnnl_use_shift | reluFlag(relu);
              batch_normalization_forward.primitive_desc hint =
                  normalization(dnnl.dnnl_forward_training, s, eps, reluFlag(relu));
              batch_normalization_backward.primitive_desc pd =
                  new batch_normalization_backward.primitive_desc(
                      new batch_normalization_backward.desc(
                          dnnl.dnnl_backward, image(s), image(s), (float) eps, flags),
                      OneDnn.attributes(),
                      OneDnn.engine(),
                      hint);
              int[] all = {
                DNNL_ARG_SRC,
                DNNL_ARG_MEAN,
                DNNL_ARG_VARIANCE,
                DNNL_ARG_DIFF_DST,
                DNNL_ARG_SCALE,
                DNNL_ARG_SHIFT,
                DNNL_ARG_DIFF_SRC,
                DNNL_ARG_DIFF_SCALE,
                DNNL_ARG_DIFF_SHIFT,
                DNNL_ARG_WORKSPACE
              };
              return new DnnlOp(
                  context,
                  new batch_normalization_backward(pd),
                  pd,
                  relu ? all : Arrays.copyOf(all, all.length - 1),
                  image(s),
                  channels(s),
                  channels(s),
                  image(s),
                  channels(s),
                  channels(s),
                  image(s),
                  channels(s),
                  channels(s),
                  hint.workspace_desc());
            });
    checkArgument(mask != null || !relu, "a fused ReLU wants a mask");
    op.run(
        OneDnn.channelsLastAddress(x),
        OneDnn.address(mean),
        OneDnn.address(variance),
        OneDnn.channelsLastAddress(dy),
        OneDnn.address(gamma),
        OneDnn.address(beta),
        OneDnn.channelsLastAddress(dx),
        OneDnn.address(dgamma),
        OneDnn.address(dbeta),
        OneDnn.addressOrZero(mask));
  }
}
