package dev.eman.core.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/**
 * The memory layout of activations: shape {@code [N, C, H, W]} with the channels of one pixel side
 * by side, PyTorch's {@code channels_last}. oneDNN's kernels take it without reordering.
 */
public final class ChannelsLast {
  private ChannelsLast() {}

  /** Whether {@code [N, C, H, W]} memory is channels-last, or memory of another rank in c order. */
  public static boolean is(INDArray x) {
    if (x.rank() == 2) {
      return fits(x, 1, 1) && fits(x, 0, x.size(1));
    }
    if (x.rank() != 4) {
      return x.ordering() == 'c' && Shape.hasDefaultStridesForShape(x);
    }
    long c = x.size(1);
    long h = x.size(2);
    long w = x.size(3);
    return fits(x, 1, 1) && fits(x, 3, c) && fits(x, 2, w * c) && fits(x, 0, h * w * c);
  }

  private static boolean fits(INDArray x, int dimension, long stride) {
    return x.size(dimension) == 1 || x.stride(dimension) == stride;
  }

  /** The {@code [N, C, H, W]} view of a c-ordered {@code [N, H, W, C]} array. */
  public static INDArray view(INDArray nhwc) {
    return nhwc.permute(0, 3, 1, 2);
  }
}
