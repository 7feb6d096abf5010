package dev.eman.core.nn.internal;

import static com.google.common.base.Preconditions.checkArgument;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_fuse_norm_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import com.google.common.collect.ImmutableList;
import dev.eman.core.internal.ChannelAffine;
import dev.eman.core.internal.ChannelMoments;
import dev.eman.core.nn.internal.NormalizationGroups.Segment;
import java.util.Arrays;
import java.util.function.Function;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Batch normalisation with an optional fused ReLU.
 *
 * <p>oneDNN sums over a batch in float32, one value after the other: with 400,000 values a channel
 * its variance is off by 1e-4. So statistics are {@link ChannelMoments}', and the gradients' sums
 * are taken in groups ({@link NormalizationGroups}). Given statistics, oneDNN normalises, masks,
 * and scales:
 *
 * <pre>
 * y  = gamma xHat + beta                      xHat = (x - mean) / s, s = sqrt(variance + eps)
 * dx = gamma / s * dy  +  k x + c             k = -gamma / s^2 * dgamma / rows
 *                                             c = -gamma / s * dbeta / rows - k mean
 * </pre>
 *
 * where dbeta = sum dy and dgamma = sum dy xHat join the sums of the groups in float64.
 */
final class OneDnnNormalization {
  // The vectors that a primitive reads and writes.
  private static final int GAMMA = 0;
  private static final int BETA = 1;
  private static final int MEAN = 2;
  private static final int VARIANCE = 3;
  private static final int DGAMMA = 4;
  private static final int DBETA = 5;
  private static final int VECTORS = 6;

  private OneDnnNormalization() {}

  /** What a primitive was built for: no boxes, since one is made per call. */
  private record Key(String operation, boolean relu, long n, long c, long h, long w, double eps) {}

  private static Key key(String operation, boolean relu, long rows, long channels, double eps) {
    return new Key(operation, relu, rows, channels, 1, 1, eps);
  }

  /**
   * A segment's primitive.
   *
   * @param maskOffset where its part of the ReLU's mask begins, in bytes
   */
  private record Part(DnnlOp op, Segment segment, long maskOffset) {
    long offset(int channels) {
      return segment.firstRow() * channels * Float.BYTES;
    }
  }

  private static int channels(INDArray x) {
    return Math.toIntExact(x.size(1));
  }

  private static long rows(INDArray x) {
    return x.length() / x.size(1);
  }

  private static memory.desc image(Segment s, int channels) {
    return OneDnn.channelsLast(s.rows(), (long) s.groups() * channels, 1, 1);
  }

  private static memory.desc vector(Segment s, int channels) {
    return vector((long) s.groups() * channels);
  }

  private static memory.desc vector(long channels) {
    return OneDnn.plain(memory.format_tag.a, channels);
  }

  private static int flags(boolean relu) {
    return dnnl_use_scale | dnnl_use_shift | (relu ? dnnl_fuse_norm_relu : 0);
  }

  private static batch_normalization_forward.primitive_desc forward(
      int kind, memory.desc image, double eps, int flags) {
    return new batch_normalization_forward.primitive_desc(
        new batch_normalization_forward.desc(
            kind, image, (float) eps, flags | dnnl_use_global_stats),
        OneDnn.attributes(),
        OneDnn.engine());
  }

  private static batch_normalization_forward.primitive_desc training(
      Segment s, int channels, double eps, boolean relu) {
    return forward(dnnl.dnnl_forward_training, image(s, channels), eps, flags(relu));
  }

  private static long maskBytes(Segment s, int channels) {
    long bytes = training(s, channels, 1e-5, true).workspace_desc().get_size();
    return (bytes + 63) / 64 * 64;
  }

  static long maskBytes(INDArray x, boolean relu) {
    if (!relu) {
      return 0;
    }
    int channels = channels(x);
    return OneDnn.context()
        .cached(
            key("maskBytes", true, rows(x), channels, 0),
            () ->
                NormalizationGroups.of(rows(x), channels).stream()
                    .mapToLong(s -> maskBytes(s, channels))
                    .sum());
  }

  private static ImmutableList<Part> parts(
      long rows, int channels, boolean relu, Function<Segment, DnnlOp> build) {
    ImmutableList.Builder<Part> parts = ImmutableList.builder();
    long maskOffset = 0;
    for (Segment s : NormalizationGroups.of(rows, channels)) {
      parts.add(new Part(build.apply(s), s, maskOffset));
      maskOffset += relu ? maskBytes(s, channels) : 0;
    }
    return parts.build();
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
    checkArgument(mask != null || !relu, "a fused ReLU needs a mask");
    OneDnn context = OneDnn.context();
    int channels = channels(x);
    long rows = rows(x);
    ImmutableList<Part> parts =
        context.cached(
            key("normalizeWithBatch", relu, rows, channels, eps),
            () ->
                parts(rows, channels, relu, s -> batchOperation(context, s, channels, eps, relu)));
    long from = OneDnn.channelsLastAddress(x);
    long to = OneDnn.channelsLastAddress(y);
    ChannelVectors vectors = ChannelVectors.of(context, VECTORS, widest(parts), channels);
    ChannelMoments.into(x, vectors.first(), vectors.second());
    vectors.write(vectors.first(), mean);
    vectors.write(vectors.second(), variance);
    vectors.repeat(GAMMA, gamma);
    vectors.repeat(BETA, beta);
    vectors.repeat(MEAN, mean);
    vectors.repeat(VARIANCE, variance);
    for (Part part : parts) {
      part.op()
          .run(
              from + part.offset(channels),
              vectors.address(GAMMA),
              vectors.address(BETA),
              to + part.offset(channels),
              vectors.address(MEAN),
              vectors.address(VARIANCE),
              mask == null ? 0 : OneDnn.address(mask) + part.maskOffset());
    }
  }

  private static int widest(ImmutableList<Part> parts) {
    return parts.get(0).segment().groups();
  }

  private static DnnlOp batchOperation(
      OneDnn context, Segment s, int channels, double eps, boolean relu) {
    batch_normalization_forward.primitive_desc pd = training(s, channels, eps, relu);
    int[] all = {
      DNNL_ARG_SRC,
      DNNL_ARG_SCALE,
      DNNL_ARG_SHIFT,
      DNNL_ARG_DST,
      DNNL_ARG_MEAN,
      DNNL_ARG_VARIANCE,
      DNNL_ARG_WORKSPACE
    };
    return new DnnlOp(
        context,
        new batch_normalization_forward(pd),
        pd,
        relu ? all : Arrays.copyOf(all, all.length - 1),
        image(s, channels),
        vector(s, channels),
        vector(s, channels),
        image(s, channels),
        vector(s, channels),
        vector(s, channels),
        pd.workspace_desc());
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
    int channels = channels(x);
    long rows = rows(x);
    DnnlOp op =
        context.cached(
            key("normalizeWithStored", relu, rows, channels, eps),
            () -> {
              memory.desc image = image(new Segment(0, rows, 1), channels);
              batch_normalization_forward.primitive_desc pd =
                  forward(dnnl.dnnl_forward_inference, image, eps, flags(relu));
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
                  image,
                  vector(channels),
                  vector(channels),
                  image,
                  vector(channels),
                  vector(channels));
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
    checkArgument(mask != null || !relu, "a fused ReLU needs a mask");
    OneDnn context = OneDnn.context();
    int channels = channels(x);
    long rows = rows(x);
    ImmutableList<Part> parts =
        context.cached(
            key("normalizeBackward", relu, rows, channels, eps),
            () ->
                parts(
                    rows, channels, relu, s -> backwardOperation(context, s, channels, eps, relu)));
    long xAddress = OneDnn.channelsLastAddress(x);
    long dyAddress = OneDnn.channelsLastAddress(dy);
    long dxAddress = OneDnn.channelsLastAddress(dx);
    ChannelVectors vectors = ChannelVectors.of(context, VECTORS, widest(parts), channels);
    vectors.repeat(GAMMA, gamma);
    vectors.repeat(BETA, beta);
    vectors.repeat(MEAN, mean);
    vectors.repeat(VARIANCE, variance);
    double[] sumGamma = vectors.first();
    double[] sumBeta = vectors.second();
    Arrays.fill(sumGamma, 0);
    Arrays.fill(sumBeta, 0);
    for (Part part : parts) {
      part.op()
          .run(
              xAddress + part.offset(channels),
              vectors.address(MEAN),
              vectors.address(VARIANCE),
              dyAddress + part.offset(channels),
              vectors.address(GAMMA),
              vectors.address(BETA),
              dxAddress + part.offset(channels),
              vectors.address(DGAMMA),
              vectors.address(DBETA),
              mask == null ? 0 : OneDnn.address(mask) + part.maskOffset());
      vectors.addGroups(DGAMMA, part.segment().groups(), sumGamma);
      vectors.addGroups(DBETA, part.segment().groups(), sumBeta);
    }
    vectors.write(sumGamma, dgamma);
    vectors.write(sumBeta, dbeta);
    addMeans(context, x, dx, gamma, mean, variance, eps, vectors);
  }

  private static DnnlOp backwardOperation(
      OneDnn context, Segment s, int channels, double eps, boolean relu) {
    batch_normalization_forward.primitive_desc hint = training(s, channels, eps, relu);
    batch_normalization_backward.primitive_desc pd =
        new batch_normalization_backward.primitive_desc(
            new batch_normalization_backward.desc(
                dnnl.dnnl_backward,
                image(s, channels),
                image(s, channels),
                (float) eps,
                flags(relu) | dnnl_use_global_stats),
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
        image(s, channels),
        vector(s, channels),
        vector(s, channels),
        image(s, channels),
        vector(s, channels),
        vector(s, channels),
        image(s, channels),
        vector(s, channels),
        vector(s, channels),
        hint.workspace_desc());
  }

  /** dx += k x + c. */
  private static void addMeans(
      OneDnn context,
      INDArray x,
      INDArray dx,
      INDArray gamma,
      INDArray mean,
      INDArray variance,
      double eps,
      ChannelVectors vectors) {
    int channels = channels(x);
    long rows = rows(x);
    float[] k = vectors.read(gamma, 0);
    float[] c = vectors.read(mean, 1);
    float[] v = vectors.read(variance, 2);
    for (int i = 0; i < channels; i++) {
      double s = Math.sqrt(v[i] + (double) (float) eps);
      double scale = -k[i] / s / rows;
      double factor = scale / s * vectors.first()[i];
      c[i] = (float) (scale * vectors.second()[i] - factor * c[i]);
      k[i] = (float) factor;
    }
    ImmutableList<Part> parts =
        context.cached(
            key("addMeans", false, rows, channels, 0), () -> affineParts(context, rows, channels));
    if (parts.isEmpty()) {
      ChannelAffine.addInPlace(dx, x, k, c, channels);
      return;
    }
    vectors.repeat(GAMMA, k);
    vectors.repeat(BETA, c);
    for (Part part : parts) {
      long offset = part.offset(channels);
      part.op()
          .run(
              OneDnn.address(x) + offset,
              vectors.address(GAMMA),
              OneDnn.address(dx) + offset,
              vectors.address(BETA));
    }
  }

  /** None where oneDNN has only its reference implementation, a hundred times as slow as ours. */
  private static ImmutableList<Part> affineParts(OneDnn context, long rows, int channels) {
    for (Segment s : NormalizationGroups.of(rows, channels)) {
      if (affine(s, channels).impl_info_str().getString().startsWith("ref")) {
        return ImmutableList.of();
      }
    }
    return parts(rows, channels, false, s -> affineOperation(context, s, channels));
  }

  private static memory.desc each(Segment s, int channels) {
    return OneDnn.plain(memory.format_tag.nhwc, 1, (long) s.groups() * channels, 1, 1);
  }

  /** dst = src * factor + dst + offset, the last two as operations behind the product. */
  private static binary.primitive_desc affine(Segment s, int channels) {
    memory.desc image = image(s, channels);
    memory.desc each = each(s, channels);
    post_ops ops = new post_ops();
    ops.append_sum();
    ops.append_binary(dnnl.algorithm.binary_add, each);
    primitive_attr attributes = OneDnn.attributes();
    attributes.set_post_ops(ops);
    return new binary.primitive_desc(
        new binary.desc(dnnl.algorithm.binary_mul, image, each, image),
        attributes,
        OneDnn.engine());
  }

  private static DnnlOp affineOperation(OneDnn context, Segment s, int channels) {
    binary.primitive_desc pd = affine(s, channels);
    memory.desc image = image(s, channels);
    memory.desc each = each(s, channels);
    int second = DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * 2;
    return new DnnlOp(
        context,
        new binary(pd),
        pd,
        new int[] {DNNL_ARG_SRC, DNNL_ARG_SRC_1, DNNL_ARG_DST, second | DNNL_ARG_SRC_1},
        image,
        each,
        image,
        each);
  }
}
