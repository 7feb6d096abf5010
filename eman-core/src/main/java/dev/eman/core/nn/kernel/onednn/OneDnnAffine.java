package dev.eman.core.nn.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import com.google.common.base.Verify;
import dev.eman.core.internal.ChannelAffine;
import dev.eman.core.internal.NativeFloats;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Affine functions with coefficients for each channel, as one product of oneDNN's with operations
 * behind it. Where oneDNN has only its reference implementation, which is a hundred times slower,
 * and in rows that fit no group, {@link ChannelAffine} does the same. Belongs to one thread.
 */
final class OneDnnAffine {
  private enum Chain {
    /** dst = src * first + second. */
    APPLY,
    /** dst = max(0, src * first + second). */
    APPLY_RELU,
    /** dst = src * first + second + other. */
    ADD,
    /** dst = max(0, src * first + second + other). */
    ADD_RELU,
    /** dst = other where src * first + second &gt; third, else 0. */
    MASK,
    /** dst = (src * first + dst + second) * third. */
    COMBINE_IN_PLACE,
    /** dst = (src * first + other + second) * third. */
    COMBINE
  }

  private record Key(long rows, int channels) {}

  private final OneDnn context;
  private final int channels;
  private final NormalizationGroups groups;
  private final long leftOver;
  private final Map<Chain, DnnlOp> operations = new EnumMap<>(Chain.class);
  private final int width;

  private OneDnnAffine(OneDnn context, long rows, int channels) {
    this.context = context;
    this.channels = channels;
    this.groups = NormalizationGroups.forWidth(rows, channels);
    this.leftOver = groups.rows() * groups.groups();
    this.width = groups.groups() * channels;
    for (Chain chain : Chain.values()) {
      DnnlOp op = build(chain);
      if (op != null) {
        operations.put(chain, op);
      }
    }
  }

  static OneDnnAffine of(OneDnn context, INDArray x) {
    int channels = Math.toIntExact(x.size(1));
    return of(context, x.length() / channels, channels);
  }

  static OneDnnAffine of(OneDnn context, long rows, int channels) {
    return context.cached(new Key(rows, channels), () -> new OneDnnAffine(context, rows, channels));
  }

  private @Nullable DnnlOp build(Chain chain) {
    memory.desc image = OneDnn.channelsLast(groups.rows(), width, 1, 1);
    memory.desc each = OneDnn.plain(memory.format_tag.nhwc, 1, width, 1, 1);
    post_ops ops = new post_ops();
    // In the order in which arrays are given: src, first, dst, second, third, other.
    int[] arguments = {DNNL_ARG_SRC_0, DNNL_ARG_SRC_1, DNNL_ARG_DST, 0, 0, 0};
    memory.desc[] descriptors = {image, each, image, each, each, image};
    int count = 0;
    switch (chain) {
      case APPLY, APPLY_RELU -> {
        ops.append_binary(dnnl.algorithm.binary_add, each);
        arguments[3] = operand(0);
        count = 4;
        if (chain == Chain.APPLY_RELU) {
          ops.append_eltwise(dnnl.algorithm.eltwise_relu, 0, 0);
        }
      }
      case ADD, ADD_RELU -> {
        ops.append_binary(dnnl.algorithm.binary_add, each);
        ops.append_binary(dnnl.algorithm.binary_add, image);
        arguments[3] = operand(0);
        arguments[4] = operand(1);
        descriptors[4] = image; // there is no third
        count = 5;
        if (chain == Chain.ADD_RELU) {
          ops.append_eltwise(dnnl.algorithm.eltwise_relu, 0, 0);
        }
      }
      case MASK -> {
        ops.append_binary(dnnl.algorithm.binary_add, each);
        ops.append_binary(dnnl.algorithm.binary_gt, each);
        ops.append_binary(dnnl.algorithm.binary_mul, image);
        arguments[3] = operand(0);
        arguments[4] = operand(1);
        arguments[5] = operand(2);
        count = 6;
      }
      case COMBINE_IN_PLACE -> {
        ops.append_sum();
        ops.append_binary(dnnl.algorithm.binary_add, each);
        ops.append_binary(dnnl.algorithm.binary_mul, each);
        arguments[3] = operand(1);
        arguments[4] = operand(2);
        count = 5;
      }
      case COMBINE -> {
        ops.append_binary(dnnl.algorithm.binary_add, image);
        ops.append_binary(dnnl.algorithm.binary_add, each);
        ops.append_binary(dnnl.algorithm.binary_mul, each);
        arguments[3] = operand(1);
        arguments[4] = operand(2);
        arguments[5] = operand(0);
        count = 6;
      }
    }
    primitive_attr attributes = OneDnn.attributes();
    attributes.set_post_ops(ops);
    binary.primitive_desc pd =
        new binary.primitive_desc(
            OneDnn.engine(), dnnl.algorithm.binary_mul, image, each, image, attributes, false);
    if (pd.impl_info_str().getString().startsWith("ref")) {
      return null;
    }
    return new DnnlOp(
        context,
        new binary(pd),
        pd,
        Arrays.copyOf(arguments, count),
        Arrays.copyOf(descriptors, count));
  }

  /** The operand of an operation behind the product. */
  private static int operand(int operation) {
    return DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (operation + 1) | DNNL_ARG_SRC_1;
  }

  /** y = a x + b, or max(0, a x + b); y may be x. */
  void apply(INDArray x, float[] a, float[] b, boolean relu, INDArray y) {
    OneDnn.checkChannelsLast(x);
    OneDnn.checkChannelsLast(y);
    DnnlOp op = operations.get(relu ? Chain.APPLY_RELU : Chain.APPLY);
    if (op != null) {
      RepeatedVectors v = context.vectors();
      op.run(x, v.repeat(0, width, a, channels), y, v.repeat(1, width, b, channels));
    }
    if (op == null || groups.leftOver() > 0) {
      ChannelAffine.applyInto(x, a, b, relu, y, op == null ? 0 : leftOver);
    }
  }

  /** Whether {@link #addToPart} serves. */
  boolean addsToParts() {
    return operations.containsKey(Chain.APPLY) && groups.leftOver() == 0;
  }

  /** Sets what {@link #addToPart} adds, until another layer does. */
  void setAddend(float[] values) {
    RepeatedVectors v = context.vectors();
    v.fill(2, width, 1);
    v.repeat(3, width, values, channels);
  }

  /**
   * y = x + addend, of as many rows of x as this is for.
   *
   * @param from where they begin, in bytes
   */
  void addToPart(INDArray x, long from, INDArray y) {
    RepeatedVectors v = context.vectors();
    Verify.verifyNotNull(operations.get(Chain.APPLY))
        .run(new long[] {from, 0, 0, 0}, x, v.get(2, width), y, v.get(3, width));
  }

  /** y = a x + b + addend, or max(0, that); y may be the addend. */
  void applyAndAdd(INDArray x, float[] a, float[] b, INDArray addend, boolean relu, INDArray y) {
    OneDnn.checkChannelsLast(x);
    OneDnn.checkChannelsLast(addend);
    OneDnn.checkChannelsLast(y);
    DnnlOp op = operations.get(relu ? Chain.ADD_RELU : Chain.ADD);
    if (op != null) {
      RepeatedVectors v = context.vectors();
      op.run(x, v.repeat(0, width, a, channels), y, v.repeat(1, width, b, channels), addend);
    }
    if (op == null || groups.leftOver() > 0) {
      ChannelAffine.applyAndAddInto(x, a, b, addend, relu, y, op == null ? 0 : leftOver);
    }
  }

  /** dx = dy where a x + b &gt; 0, else 0; dx may be dy. */
  void mask(INDArray x, float[] a, float[] b, INDArray dy, INDArray dx) {
    OneDnn.checkChannelsLast(x);
    OneDnn.checkChannelsLast(dy);
    OneDnn.checkChannelsLast(dx);
    DnnlOp op = operations.get(Chain.MASK);
    if (op != null) {
      RepeatedVectors v = context.vectors();
      op.run(
          x,
          v.repeat(0, width, a, channels),
          dx,
          v.repeat(1, width, b, channels),
          v.fill(2, width, 0),
          dy);
    }
    if (op == null || groups.leftOver() > 0) {
      ChannelAffine.maskInto(x, a, b, 0, dy, dx, op == null ? 0 : leftOver);
    }
  }

  /** dx = a (dy + k x + c); dx may be dy. */
  void combine(INDArray x, INDArray dy, float[] k, float[] c, float[] a, INDArray dx) {
    OneDnn.checkChannelsLast(x);
    OneDnn.checkChannelsLast(dy);
    OneDnn.checkChannelsLast(dx);
    boolean inPlace = NativeFloats.sameMemory(dy, dx);
    DnnlOp op = operations.get(inPlace ? Chain.COMBINE_IN_PLACE : Chain.COMBINE);
    if (op != null) {
      RepeatedVectors v = context.vectors();
      op.run(
          x,
          v.repeat(0, width, k, channels),
          dx,
          v.repeat(1, width, c, channels),
          v.repeat(2, width, a, channels),
          dy);
    }
    if (op == null || groups.leftOver() > 0) {
      ChannelAffine.combineInto(x, dy, k, c, a, dx, op == null ? 0 : leftOver);
    }
  }
}
