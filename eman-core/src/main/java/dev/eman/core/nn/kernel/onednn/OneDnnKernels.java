package dev.eman.core.nn.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import com.google.common.primitives.ImmutableLongArray;
import dev.eman.core.nn.kernel.ConvolutionGeometry;
import dev.eman.core.nn.kernel.Kernels;
import dev.eman.core.nn.kernel.Normalization;
import dev.eman.core.nn.kernel.PoolingGeometry;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** oneDNN on float arrays in host memory. */
public final class OneDnnKernels implements Kernels {
  public static final OneDnnKernels INSTANCE = new OneDnnKernels();

  private OneDnnKernels() {}

  /** An element-wise operation on so many values. */
  private record Key(String operation, long length, double parameter) {}

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
    op.run(from, to);
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

  private static memory.desc flat(long length) {
    return OneDnn.plain(memory.format_tag.a, length);
  }

  @Override
  public void add(INDArray a, INDArray b, boolean relu, INDArray y) {
    OneDnn context = OneDnn.context();
    long n = a.length();
    DnnlOp op =
        context.cached(
            new Key("add", n, relu ? 1 : 0),
            () -> {
              memory.desc d = flat(n);
              primitive_attr attributes = OneDnn.attributes();
              if (relu) {
                post_ops ops = new post_ops();
                ops.append_eltwise(dnnl.algorithm.eltwise_relu, 0f, 0f);
                attributes.set_post_ops(ops);
              }
              binary.primitive_desc pd =
                  new binary.primitive_desc(
                      OneDnn.engine(), dnnl.algorithm.binary_add, d, d, d, attributes, false);
              return new DnnlOp(
                  context,
                  new binary(pd),
                  pd,
                  new int[] {DNNL_ARG_SRC, DNNL_ARG_SRC_1, DNNL_ARG_DST},
                  d,
                  d,
                  d);
            });
    op.run(OneDnn.checkChannelsLast(a), OneDnn.checkChannelsLast(b), OneDnn.checkChannelsLast(y));
  }

  @Override
  public void relu(INDArray x, double slope, INDArray y) {
    OneDnn context = OneDnn.context();
    long n = x.length();
    DnnlOp op =
        context.cached(
            new Key("relu", n, slope),
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
    op.run(OneDnn.checkChannelsLast(x), OneDnn.checkChannelsLast(y));
  }

  private static eltwise_forward.primitive_desc reluDescriptor(memory.desc d, double slope) {
    return new eltwise_forward.primitive_desc(
        OneDnn.engine(),
        dnnl.prop_kind.forward_training,
        dnnl.algorithm.eltwise_relu_use_dst_for_bwd,
        d,
        d,
        (float) slope,
        0f,
        OneDnn.attributes(),
        false);
  }

  @Override
  public void reluBackward(INDArray y, double slope, INDArray dy, INDArray dx) {
    OneDnn context = OneDnn.context();
    long n = y.length();
    DnnlOp op =
        context.cached(
            new Key("reluBackward", n, slope),
            () -> {
              memory.desc d = flat(n);
              eltwise_backward.primitive_desc pd =
                  new eltwise_backward.primitive_desc(
                      OneDnn.engine(),
                      dnnl.algorithm.eltwise_relu_use_dst_for_bwd,
                      d,
                      d,
                      d,
                      (float) slope,
                      0f,
                      reluDescriptor(d, slope),
                      OneDnn.attributes(),
                      false);
              return new DnnlOp(
                  context,
                  new eltwise_backward(pd),
                  pd,
                  new int[] {DNNL_ARG_DST, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC},
                  d,
                  d,
                  d);
            });
    op.run(OneDnn.checkChannelsLast(y), OneDnn.checkChannelsLast(dy), OneDnn.checkChannelsLast(dx));
  }

  @Override
  public void convolution(
      ConvolutionGeometry g, INDArray x, INDArray w, @Nullable INDArray b, INDArray y) {
    OneDnnConvolution.forward(g, x, w, b, y);
  }

  @Override
  public void convolutionBackwardData(ConvolutionGeometry g, INDArray dy, INDArray w, INDArray dx) {
    OneDnnConvolution.backwardData(g, dy, w, dx);
  }

  @Override
  public void convolutionBackwardWeights(
      ConvolutionGeometry g, INDArray x, INDArray dy, INDArray dw, @Nullable INDArray db) {
    OneDnnConvolution.backwardWeights(g, x, dy, dw, db);
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
    OneDnnNormalization.withBatch(x, gamma, beta, eps, slope, y, mean, variance);
  }

  @Override
  public void batchStatistics(INDArray x, INDArray mean, INDArray variance) {
    OneDnnNormalization.statistics(x, mean, variance);
  }

  @Override
  public void addNormalized(
      INDArray a,
      Normalization ofA,
      INDArray b,
      @Nullable Normalization ofB,
      boolean relu,
      INDArray y) {
    INDArray addend = b;
    if (ofB != null) {
      normalizeWithStored(b, ofB.gamma(), ofB.beta(), ofB.mean(), ofB.variance(), ofB.eps(), 1, y);
      addend = y;
    }
    OneDnnNormalization.add(a, ofA, addend, relu, y);
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
    OneDnnNormalization.withStored(x, gamma, beta, mean, variance, eps, slope, y);
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
    OneDnnNormalization.backward(x, dy, gamma, beta, mean, variance, eps, slope, dx, dgamma, dbeta);
  }

  @Override
  public long poolingWorkspaceBytes(PoolingGeometry g) {
    return OneDnnPooling.workspaceBytes(g);
  }

  @Override
  public void pool(PoolingGeometry g, INDArray x, INDArray y, @Nullable INDArray workspace) {
    OneDnnPooling.forward(g, x, y, workspace);
  }

  @Override
  public void poolBackward(
      PoolingGeometry g, INDArray x, INDArray dy, INDArray dx, @Nullable INDArray workspace) {
    OneDnnPooling.backward(g, dy, dx, workspace);
  }
}
