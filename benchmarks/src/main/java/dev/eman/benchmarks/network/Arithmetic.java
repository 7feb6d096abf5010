package dev.eman.benchmarks.network;

import static java.util.Objects.requireNonNull;

import dev.eman.benchmarks.network.Operation.Kind;
import dev.eman.core.nn.kernel.ConvolutionGeometry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The arithmetic of a network's convolutions and linear layers on a batch; all else is a few
 * operations a value.
 *
 * @param convolutions the sizes of each, in the order of the network
 * @param inferenceFlops of a forward pass, a multiplication and an addition counted as two
 * @param stepFlops of forward and backward pass; the gradient of the images is not needed
 */
public record Arithmetic(
    List<ConvolutionGeometry> convolutions, long inferenceFlops, long stepFlops) {

  /** The arithmetic of a network on a batch of square images. */
  public static Arithmetic of(NetworkPlan plan, int batch, int size) {
    Map<String, Long> sides = new HashMap<>();
    sides.put(NetworkPlan.INPUT, (long) size);
    List<ConvolutionGeometry> convolutions = new ArrayList<>();
    long inference = 0;
    long step = 0;
    for (Operation o : plan.operations()) {
      long side = requireNonNull(sides.get(o.inputs().get(0)));
      long flops = 0;
      if (o.kind() == Kind.CONVOLUTION) {
        ConvolutionGeometry g = geometry(o, batch, side);
        convolutions.add(g);
        side = g.outHeight();
        flops = flops(g);
      } else if (o.kind() == Kind.MAX_POOL) {
        side = ConvolutionGeometry.outSize(side, o.whole(0), o.whole(1), 1, o.whole(2), o.whole(2));
      } else if (o.kind() == Kind.LINEAR) {
        flops = 2L * batch * o.whole(0) * o.whole(1);
      }
      sides.put(o.name(), side);
      inference += flops;
      step += flops * (o.inputs().contains(NetworkPlan.INPUT) ? 2 : 3);
    }
    return new Arithmetic(List.copyOf(convolutions), inference, step);
  }

  /** Floating-point operations of one convolution, forward. */
  public static long flops(ConvolutionGeometry g) {
    return 2
        * g.n()
        * g.k()
        * g.outHeight()
        * g.outWidth()
        * g.c()
        * g.kernelHeight()
        * g.kernelWidth();
  }

  private static ConvolutionGeometry geometry(Operation o, int batch, long side) {
    int kernel = o.whole(2);
    int stride = o.whole(3);
    int pad = o.whole(4);
    return new ConvolutionGeometry(
        batch,
        o.whole(1),
        side,
        side,
        o.whole(0),
        kernel,
        kernel,
        stride,
        stride,
        1,
        1,
        pad,
        pad,
        pad,
        pad);
  }
}
