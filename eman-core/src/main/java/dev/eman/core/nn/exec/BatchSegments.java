package dev.eman.core.nn.exec;

import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.kernel.ConvolutionGeometry;
import dev.eman.core.nn.kernel.PoolingGeometry;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.jspecify.annotations.Nullable;

/**
 * How a batch goes through a folded network: a few images at a time through as many nodes as have
 * large maps, so that what one node writes is still in the cache when the next one reads it; then
 * the whole batch, or larger parts of it, through nodes with small maps, whose weights are worth
 * reading once for many images.
 */
final class BatchSegments {
  /** What one node may read and write for the images of one part, in bytes: a cache or two. */
  static final long CACHED = 1 << 22;

  /** A segment ends where this many times its images would fit. */
  private static final int GROWTH = 4;

  /**
   * Nodes that a part of the batch goes through at once.
   *
   * @param from the first node
   * @param to behind the last
   * @param images in a part; divides the batch
   */
  record Segment(int from, int to, int images) {}

  private BatchSegments() {}

  /**
   * The segments of a network, in order.
   *
   * @param inputShape {@code [N, C, H, W]}
   * @param cached {@link #CACHED}, but for tests
   */
  static List<Segment> of(FoldedNetwork network, long[] inputShape, long cached) {
    int batch = Math.toIntExact(inputShape[0]);
    int[] images = largestParts(network, inputShape, cached);
    List<Segment> segments = new ArrayList<>();
    int from = 0;
    while (from < images.length) {
      int part = divisor(batch, images[from]);
      int to = from + 1;
      while (to < images.length && images[to] < (long) GROWTH * part) {
        to++;
      }
      segments.add(new Segment(from, to, part));
      from = to;
    }
    return segments;
  }

  /** How many images each node may be given: never fewer than a node before it. */
  private static int[] largestParts(FoldedNetwork network, long[] inputShape, long cached) {
    List<FoldedNetwork.Node> nodes = network.nodes();
    long[][] shapes = new long[nodes.size()][];
    int[] images = new int[nodes.size()];
    for (int i = 0; i < images.length; i++) {
      int input = nodes.get(i).inputs().get(0);
      long[] in =
          input >= 0 ? shapes[input] : new long[] {inputShape[1], inputShape[2], inputShape[3]};
      shapes[i] = output(nodes.get(i), in);
      long bytes = (size(in) + size(shapes[i])) * Float.BYTES;
      images[i] = (int) Math.min(inputShape[0], Math.max(1, cached / bytes));
    }
    for (int i = images.length - 2; i >= 0; i--) {
      images[i] = Math.min(images[i], images[i + 1]);
    }
    return images;
  }

  private static long size(long[] shape) {
    return shape[0] * shape[1] * shape[2];
  }

  /** Channels, height and width behind a node; 1x1 for features. */
  private static long[] output(FoldedNetwork.Node node, long[] in) {
    Object layer = node.layer() == null ? null : node.layer().conf().getLayer();
    return switch (node.kind()) {
      case CONVOLUTION -> {
        ConvolutionGeometry g = ((Convolution) checked(layer)).geometry(1, in[1], in[2]);
        yield new long[] {g.k(), g.outHeight(), g.outWidth()};
      }
      case POOLING -> {
        PoolingGeometry g = ((Pooling) checked(layer)).geometry(1, in[0], in[1], in[2]);
        yield new long[] {g.c(), g.outHeight(), g.outWidth()};
      }
      case LINEAR -> new long[] {((DenseLayer) checked(layer)).getNOut(), 1, 1};
      case NORMALIZATION, RELU, ADD -> in;
    };
  }

  private static Object checked(@Nullable Object layer) {
    if (layer == null) {
      throw new IllegalStateException("a node without its layer");
    }
    return layer;
  }

  /** The largest divisor of the batch that is at most {@code most}; parts are of equal size. */
  private static int divisor(int batch, int most) {
    for (int d = most; d > most / 2 && d > 1; d--) {
      if (batch % d == 0) {
        return d;
      }
    }
    return most == 1 ? 1 : batch;
  }
}
