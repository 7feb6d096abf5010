package dev.eman.core.nn.internal;

import static com.google.common.base.Preconditions.checkArgument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_fuse_norm_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import com.google.common.primitives.ImmutableLongArray;
import java.util.Arrays;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_v2_backward;
import org.bytedeco.dnnl.pooling_v2_forward;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** oneDNN on float arrays in host memory. */
final class OneDnnKernels implements Kernels {
  static final OneDnnKernels INSTANCE = new OneDnnKernels();

  private static final int FORWARD_TRAINING = dnnl.dnnl_forward_training;
  private static final int FORWARD_INFERENCE = dnnl.dnnl_forward_inference;
  private static final int DIRECT = dnnl.dnnl_convolution_direct;

  private OneDnnKernels() {}

  /** What a primitive was built for: no boxes, since one is made per call. */
  private record Key(
      String operation, boolean flag, long n, long c, long h, long w, double parameter) {}

  private record ConvolutionKey(String operation, boolean bias, ConvolutionGeometry g) {}

  /** Shape, strides of the source, strides of the destination. */
  private record CopyKey(ImmutableLongArray layout) {
    static CopyKey of(INDArray from, INDArray to) {
      ImmutableLongArray.Builder layout = ImmutableLongArray.builder(3 * from.rank());
      layout.addAll(ImmutableLongArray.copyOf(from.shape()));
      layout.addAll(ImmutableLongArray.copyOf(from.stride()));
      layout.addAll(ImmutableLongArray.copyOf(to.stride()));
      return new CopyKey(layout.build());
    }
  }

  private record PoolingKey(String operation, PoolingGeometry g) {}

  /**
   * A convolution with the reordering of its weights between the plain layout and the one that
   * oneDNN chose.
   */
  private record WeightedOp(DnnlOp op, @Nullable DnnlOp reorder, long blockedBytes) {
    /** Reorders when needed; returns the address at which the operation finds its weights. */
    long toBlocked(OneDnn context, long plain) {
      if (reorder == null) {
        return plain;
      }
      long blocked = context.weightsBuffer(blockedBytes);
      reorder.run(plain, blocked);
      return blocked;
    }
  }

  @Override
  public void copy(INDArray from, INDArray to) {
    OneDnn context = OneDnn.context();
    if (isBroadcast(from)) { // not oneDNN's to read
      to.assign(from);
      return;
    }
    long[] shape = from.shape();
    DnnlOp op =
        context.cached(
            CopyKey.of(from, to),
            () ->
                reorder(
                    context,
                    OneDnn.strided(shape, from.stride()),
                    OneDnn.strided(shape, to.stride())));
    op.run(OneDnn.address(from), OneDnn.address(to));
  }

  private static boolean isBroadcast(INDArray a) {
    for (int i = 0; i < a.rank(); i++) {
      if (a.stride(i) == 0 && a.size(i) > 1) {
        return true;
      }
    }
    return false;
  }

  static DnnlOp reorder(OneDnn context, memory.desc from, memory.desc to) {
    reorder.primitive_desc pd =
        new reorder.primitive_desc(
            OneDnn.engine(), from, OneDnn.engine(), to, OneDnn.attributes(), false);
    return new DnnlOp(
        context, new reorder(pd), pd, new int[] {DNNL_ARG_SRC, DNNL_ARG_DST}, from, to);
  }

  // ---- convolution

  private static memory.desc nhwc(long n, long c, long h, long w) {
    return OneDnn.plain(memory.format_tag.nhwc, n, c, h, w);
  }

  private static memory.desc source(ConvolutionGeometry g) {
    return nhwc(g.n(), g.c(), g.h(), g.w());
  }

  private static memory.desc destination(ConvolutionGeometry g) {
    return nhwc(g.n(), g.k(), g.outHeight(), g.outWidth());
  }

  static memory.desc weights(ConvolutionGeometry g, memory.format_tag tag) {
    return OneDnn.plain(tag, g.k(), g.c(), g.kernelHeight(), g.kernelWidth());
  }

  private static memory.desc bias(ConvolutionGeometry g, boolean present) {
    return present ? OneDnn.plain(memory.format_tag.a, g.k()) : new memory.desc();
  }

  private static long[] strides(ConvolutionGeometry g) {
    return new long[] {g.strideHeight(), g.strideWidth()};
  }

  private static long[] dilations(ConvolutionGeometry g) {
    return new long[] {g.dilationHeight() - 1L, g.dilationWidth() - 1L};
  }

  private static long[] padBefore(ConvolutionGeometry g) {
    return new long[] {g.padTop(), g.padLeft()};
  }

  private static long[] padAfter(ConvolutionGeometry g) {
    return new long[] {g.padBottom(), g.padRight()};
  }

  static convolution_forward.primitive_desc forwardDescriptor(
      int kind, boolean withBias, ConvolutionGeometry g, primitive_attr attributes) {
    memory.desc any = weights(g, memory.format_tag.any);
    convolution_forward.desc d =
        new convolution_forward.desc(
            kind,
            DIRECT,
            source(g),
            any,
            bias(g, withBias),
            destination(g),
            strides(g),
            dilations(g),
            padBefore(g),
            padAfter(g));
    return new convolution_forward.primitive_desc(d, attributes, OneDnn.engine());
  }

  private static WeightedOp weighted(
      OneDnn context, DnnlOp op, memory.desc blocked, ConvolutionGeometry g, boolean toPlain) {
    memory.desc plain = weights(g, memory.format_tag.oihw);
    if (blocked.equals(plain)) {
      return new WeightedOp(op, null, 0);
    }
    DnnlOp reorder = toPlain ? reorder(context, blocked, plain) : reorder(context, plain, blocked);
    return new WeightedOp(op, reorder, blocked.get_size());
  }

  @Override
  public void convolution(
      ConvolutionGeometry g, INDArray x, INDArray w, @Nullable INDArray b, INDArray y) {
    OneDnn context = OneDnn.context();
    boolean withBias = b != null;
    WeightedOp op =
        context.cached(
            new ConvolutionKey("forward", withBias, g),
            () -> {
              convolution_forward.primitive_desc pd =
                  forwardDescriptor(FORWARD_TRAINING, withBias, g, OneDnn.attributes());
              int[] arguments =
                  withBias
                      ? new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS}
                      : new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
              DnnlOp run =
                  new DnnlOp(
                      context,
                      new convolution_forward(pd),
                      pd,
                      arguments,
                      source(g),
                      pd.weights_desc(),
                      destination(g),
                      bias(g, withBias));
              return weighted(context, run, pd.weights_desc(), g, false);
            });
    long weights = op.toBlocked(context, OneDnn.address(w));
    if (b == null) {
      op.op().run(address(x), weights, address(y));
    } else {
      op.op().run(address(x), weights, address(y), OneDnn.address(b));
    }
  }

  @Override
  public void convolutionBackwardData(ConvolutionGeometry g, INDArray dy, INDArray w, INDArray dx) {
    OneDnn context = OneDnn.context();
    WeightedOp op =
        context.cached(
            new ConvolutionKey("data", false, g),
            () -> {
              convolution_backward_data.desc d =
                  new convolution_backward_data.desc(
                      DIRECT,
                      source(g),
                      weights(g, memory.format_tag.any),
                      destination(g),
                      strides(g),
                      dilations(g),
                      padBefore(g),
                      padAfter(g));
              convolution_backward_data.primitive_desc pd =
                  new convolution_backward_data.primitive_desc(
                      d,
                      OneDnn.attributes(),
                      OneDnn.engine(),
                      forwardDescriptor(FORWARD_TRAINING, false, g, OneDnn.attributes()));
              DnnlOp run =
                  new DnnlOp(
                      context,
                      new convolution_backward_data(pd),
                      pd,
                      new int[] {DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC},
                      destination(g),
                      pd.weights_desc(),
                      source(g));
              return weighted(context, run, pd.weights_desc(), g, false);
            });
    op.op().run(address(dy), op.toBlocked(context, OneDnn.address(w)), address(dx));
  }

  @Override
  public void convolutionBackwardWeights(
      ConvolutionGeometry g, INDArray x, INDArray dy, INDArray dw, @Nullable INDArray db) {
    OneDnn context = OneDnn.context();
    boolean withBias = db != null;
    WeightedOp op =
        context.cached(
            new ConvolutionKey("weights", withBias, g),
            () -> {
              convolution_backward_weights.desc d =
                  new convolution_backward_weights.desc(
                      DIRECT,
                      source(g),
                      weights(g, memory.format_tag.any),
                      bias(g, withBias),
                      destination(g),
                      strides(g),
                      dilations(g),
                      padBefore(g),
                      padAfter(g));
              convolution_backward_weights.primitive_desc pd =
                  new convolution_backward_weights.primitive_desc(
                      d,
                      OneDnn.attributes(),
                      OneDnn.engine(),
                      forwardDescriptor(FORWARD_TRAINING, withBias, g, OneDnn.attributes()));
              int[] arguments =
                  withBias
                      ? new int[] {
                        DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_BIAS
                      }
                      : new int[] {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS};
              DnnlOp run =
                  new DnnlOp(
                      context,
                      new convolution_backward_weights(pd),
                      pd,
                      arguments,
                      source(g),
                      destination(g),
                      pd.diff_weights_desc(),
                      bias(g, withBias));
              return weighted(context, run, pd.diff_weights_desc(), g, true);
            });
    long plain = OneDnn.address(dw);
    long target = op.reorder() == null ? plain : context.weightsBuffer(op.blockedBytes());
    if (db == null) {
      op.op().run(address(x), address(dy), target);
    } else {
      op.op().run(address(x), address(dy), target, OneDnn.address(db));
    }
    if (op.reorder() != null) {
      op.reorder().run(target, plain);
    }
  }

  // ---- batch normalisation

  private static long[] sizes(INDArray x) {
    return x.rank() == 2 ? new long[] {x.size(0), x.size(1), 1, 1} : x.shape();
  }

  private static memory.desc image(long[] s) {
    return nhwc(s[0], s[1], s[2], s[3]);
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

  @Override
  public long maskBytes(INDArray x, boolean relu) {
    if (!relu) {
      return 0;
    }
    long[] s = sizes(x);
    return OneDnn.context()
        .cached(
            key("maskBytes", true, s, 0),
            () ->
                normalization(FORWARD_TRAINING, s, 1e-5, dnnl_fuse_norm_relu)
                    .workspace_desc()
                    .get_size());
  }

  @Override
  public void normalizeWithBatch(
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
                  normalization(FORWARD_TRAINING, s, eps, reluFlag(relu));
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
    if (mask == null) {
      checkArgument(!relu, "a fused ReLU wants a mask");
      op.run(
          address(x),
          OneDnn.address(gamma),
          OneDnn.address(beta),
          address(y),
          OneDnn.address(mean),
          OneDnn.address(variance));
    } else {
      op.run(
          address(x),
          OneDnn.address(gamma),
          OneDnn.address(beta),
          address(y),
          OneDnn.address(mean),
          OneDnn.address(variance),
          OneDnn.address(mask));
    }
  }

  @Override
  public void normalizeWithStored(
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
                  normalization(FORWARD_INFERENCE, s, eps, dnnl_use_global_stats | reluFlag(relu));
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
        address(x),
        OneDnn.address(gamma),
        OneDnn.address(beta),
        address(y),
        OneDnn.address(mean),
        OneDnn.address(variance));
  }

  @Override
  public void normalizeBackward(
      INDArray x,
      INDArray y,
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
                  normalization(FORWARD_TRAINING, s, eps, reluFlag(relu));
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
    if (mask == null) {
      checkArgument(!relu, "a fused ReLU wants a mask");
      op.run(
          address(x),
          OneDnn.address(mean),
          OneDnn.address(variance),
          address(dy),
          OneDnn.address(gamma),
          OneDnn.address(beta),
          address(dx),
          OneDnn.address(dgamma),
          OneDnn.address(dbeta));
    } else {
      op.run(
          address(x),
          OneDnn.address(mean),
          OneDnn.address(variance),
          address(dy),
          OneDnn.address(gamma),
          OneDnn.address(beta),
          address(dx),
          OneDnn.address(dgamma),
          OneDnn.address(dbeta),
          OneDnn.address(mask));
    }
  }

  // ---- element-wise

  private static memory.desc flat(long length) {
    return OneDnn.plain(memory.format_tag.a, length);
  }

  @Override
  public void add(INDArray a, INDArray b, boolean relu, INDArray y) {
    OneDnn context = OneDnn.context();
    long n = a.length();
    DnnlOp op =
        context.cached(
            new Key("add", relu, n, 0, 0, 0, 0),
            () -> {
              memory.desc d = flat(n);
              primitive_attr attributes = OneDnn.attributes();
              if (relu) {
                post_ops ops = new post_ops();
                ops.append_eltwise(1f, dnnl.algorithm.eltwise_relu, 0f, 0f);
                attributes.set_post_ops(ops);
              }
              binary.primitive_desc pd =
                  new binary.primitive_desc(
                      new binary.desc(dnnl.algorithm.binary_add, d, d, d),
                      attributes,
                      OneDnn.engine());
              return new DnnlOp(
                  context,
                  new binary(pd),
                  pd,
                  new int[] {DNNL_ARG_SRC, DNNL_ARG_SRC_1, DNNL_ARG_DST},
                  d,
                  d,
                  d);
            });
    op.run(address(a), address(b), address(y));
  }

  @Override
  public void relu(INDArray x, double slope, INDArray y) {
    OneDnn context = OneDnn.context();
    long n = x.length();
    DnnlOp op =
        context.cached(
            new Key("relu", false, n, 0, 0, 0, slope),
            () -> {
              eltwise_forward.primitive_desc pd = reluDescriptor(flat(n), slope);
              return new DnnlOp(
                  context,
                  new eltwise_forward(pd),
                  pd,
                  new int[] {DNNL_ARG_SRC, DNNL_ARG_DST},
                  flat(n),
                  flat(n));
            });
    op.run(address(x), address(y));
  }

  private static eltwise_forward.primitive_desc reluDescriptor(memory.desc d, double slope) {
    return new eltwise_forward.primitive_desc(
        new eltwise_forward.desc(
            dnnl.prop_kind.forward_training,
            dnnl.algorithm.eltwise_relu_use_dst_for_bwd,
            d,
            (float) slope,
            0f),
        OneDnn.attributes(),
        OneDnn.engine());
  }

  @Override
  public void reluBackward(INDArray y, double slope, INDArray dy, INDArray dx) {
    OneDnn context = OneDnn.context();
    long n = y.length();
    DnnlOp op =
        context.cached(
            new Key("reluBackward", false, n, 0, 0, 0, slope),
            () -> {
              memory.desc d = flat(n);
              eltwise_backward.primitive_desc pd =
                  new eltwise_backward.primitive_desc(
                      new eltwise_backward.desc(
                          dnnl.algorithm.eltwise_relu_use_dst_for_bwd, d, d, (float) slope, 0f),
                      OneDnn.attributes(),
                      OneDnn.engine(),
                      reluDescriptor(d, slope));
              return new DnnlOp(
                  context,
                  new eltwise_backward(pd),
                  pd,
                  new int[] {DNNL_ARG_DST, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC},
                  d,
                  d,
                  d);
            });
    op.run(address(y), address(dy), address(dx));
  }

  // ---- pooling

  private static memory.desc source(PoolingGeometry g) {
    return nhwc(g.n(), g.c(), g.h(), g.w());
  }

  private static memory.desc destination(PoolingGeometry g) {
    return nhwc(g.n(), g.c(), g.outHeight(), g.outWidth());
  }

  private static int algorithm(PoolingGeometry g) {
    if (g.max()) {
      return dnnl.dnnl_pooling_max;
    }
    return g.includePadding()
        ? dnnl.dnnl_pooling_avg_include_padding
        : dnnl.dnnl_pooling_avg_exclude_padding;
  }

  private static pooling_v2_forward.primitive_desc pooling(int kind, PoolingGeometry g) {
    return new pooling_v2_forward.primitive_desc(
        new pooling_v2_forward.desc(
            kind,
            algorithm(g),
            source(g),
            destination(g),
            new long[] {g.strideHeight(), g.strideWidth()},
            new long[] {g.kernelHeight(), g.kernelWidth()},
            new long[] {0, 0},
            new long[] {g.padTop(), g.padLeft()},
            new long[] {g.padBottom(), g.padRight()}),
        OneDnn.attributes(),
        OneDnn.engine());
  }

  @Override
  public long poolingWorkspaceBytes(PoolingGeometry g) {
    if (!g.max()) {
      return 0;
    }
    return OneDnn.context()
        .cached(
            new PoolingKey("bytes", g),
            () -> pooling(FORWARD_TRAINING, g).workspace_desc().get_size());
  }

  @Override
  public void pool(PoolingGeometry g, INDArray x, INDArray y, @Nullable INDArray workspace) {
    OneDnn context = OneDnn.context();
    boolean training = workspace != null;
    DnnlOp op =
        context.cached(
            new PoolingKey(training ? "training" : "inference", g),
            () -> {
              pooling_v2_forward.primitive_desc pd =
                  pooling(training ? FORWARD_TRAINING : FORWARD_INFERENCE, g);
              return new DnnlOp(
                  context,
                  new pooling_v2_forward(pd),
                  pd,
                  training
                      ? new int[] {DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_WORKSPACE}
                      : new int[] {DNNL_ARG_SRC, DNNL_ARG_DST},
                  source(g),
                  destination(g),
                  pd.workspace_desc());
            });
    if (workspace == null) {
      op.run(address(x), address(y));
    } else {
      op.run(address(x), address(y), OneDnn.address(workspace));
    }
  }

  @Override
  public void poolBackward(
      PoolingGeometry g, INDArray x, INDArray dy, INDArray dx, @Nullable INDArray workspace) {
    OneDnn context = OneDnn.context();
    DnnlOp op =
        context.cached(
            new PoolingKey("backward", g),
            () -> {
              pooling_v2_forward.primitive_desc hint = pooling(FORWARD_TRAINING, g);
              pooling_v2_backward.primitive_desc pd =
                  new pooling_v2_backward.primitive_desc(
                      new pooling_v2_backward.desc(
                          algorithm(g),
                          source(g),
                          destination(g),
                          new long[] {g.strideHeight(), g.strideWidth()},
                          new long[] {g.kernelHeight(), g.kernelWidth()},
                          new long[] {0, 0},
                          new long[] {g.padTop(), g.padLeft()},
                          new long[] {g.padBottom(), g.padRight()}),
                      OneDnn.attributes(),
                      OneDnn.engine(),
                      hint);
              return new DnnlOp(
                  context,
                  new pooling_v2_backward(pd),
                  pd,
                  g.max()
                      ? new int[] {DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC, DNNL_ARG_WORKSPACE}
                      : new int[] {DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC},
                  destination(g),
                  source(g),
                  hint.workspace_desc());
            });
    if (workspace == null) {
      op.run(address(dy), address(dx));
    } else {
      op.run(address(dy), address(dx), OneDnn.address(workspace));
    }
  }

  private static long address(INDArray a) {
    if (!ChannelsLast.is(a) && a.rank() != 1) {
      throw new IllegalArgumentException(
          "expected channels-last memory, got strides "
              + Arrays.toString(a.stride())
              + " for shape "
              + Arrays.toString(a.shape()));
    }
    return OneDnn.address(a);
  }
}
