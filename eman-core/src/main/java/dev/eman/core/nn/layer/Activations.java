package dev.eman.core.nn.layer;

import dev.eman.core.nn.kernel.ChannelsLast;
import dev.eman.core.nn.kernel.Kernels;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Arrays for the layers: logical {@code [N, C, H, W]} inside, the network's own format outside. */
final class Activations {
  private Activations() {}

  /** A new {@code [n, c, h, w]} array in channels-last memory. */
  static INDArray image(
      LayerWorkspaceMgr mgr, ArrayType kind, DataType type, long n, long c, long h, long w) {
    if (mgr instanceof ActivationPool pool) {
      return pool.channelsLast(type, n, c, h, w);
    }
    return ChannelsLast.view(mgr.createUninitialized(kind, type, new long[] {n, h, w, c}, 'c'));
  }

  /** A new array of the shape of {@code x}, channels-last or {@code [N, C]} in c order. */
  static INDArray like(LayerWorkspaceMgr mgr, ArrayType kind, INDArray x) {
    if (x.rank() == 4) {
      return image(mgr, kind, x.dataType(), x.size(0), x.size(1), x.size(2), x.size(3));
    }
    return mgr.createUninitialized(kind, x.dataType(), x.shape(), 'c');
  }

  /** {@code x} as logical {@code [N, C, H, W]} (or {@code [N, C]}); a view, never a copy. */
  static INDArray channelsFirst(INDArray x, CNN2DFormat format) {
    return x.rank() == 4 && format == CNN2DFormat.NHWC ? x.permute(0, 3, 1, 2) : x;
  }

  /** The inverse of {@link #channelsFirst}: in the network's own format; a view. */
  static INDArray inFormat(INDArray x, CNN2DFormat format) {
    return x.rank() == 4 && format == CNN2DFormat.NHWC ? x.permute(0, 2, 3, 1) : x;
  }

  /** {@code x} itself when the kernels can read its memory, else a copy that they can. */
  static INDArray readable(
      INDArray x, DataType type, Kernels kernels, LayerWorkspaceMgr mgr, ArrayType kind) {
    INDArray typed = x.dataType() == type ? x : x.castTo(type);
    if (ChannelsLast.is(typed)) {
      return typed;
    }
    INDArray copy = like(mgr, kind, typed);
    kernels.copy(typed, copy);
    return copy;
  }

  /**
   * Where a gradient may be written: over the incoming one when nobody else reads it, else a new
   * array.
   */
  static INDArray gradientTarget(LayerWorkspaceMgr mgr, INDArray incoming) {
    return mgr instanceof ActivationPool pool && pool.isExclusive(incoming)
        ? incoming
        : like(mgr, ArrayType.ACTIVATION_GRAD, incoming);
  }
}
