package dev.eman.core.nn;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;

/**
 * Wide residual networks (Zagoruyko and Komodakis 2016) as FixMatch (Sohn et al. 2020) uses them:
 * normalisation and leaky ReLU (slope 0.1) before each convolution, no dropout, eps 1e-3 and decay
 * 0.999 of the running statistics; in the first block of the first group the shortcut, too, starts
 * after the normalisation.
 *
 * <p>One convolution to 16 channels at full resolution, then groups of n blocks of two
 * convolutions, widths 16K, 32K, 64K and so on. Depths count these, the first convolution and one
 * shortcut for each group: 3 (2n + 1) + 1 = 6n + 4 with three groups, and 4 (2n + 1) + 1 = 8n + 5
 * with four, which is the form for larger images (WRN-37-2 for STL-10). Each group halves the
 * resolution, except the first of three. The first of four does, as in TorchSSL (FlexMatch, Zhang
 * et al. 2021) and USB (Wang et al. 2022), and does not in FixMatch's own program; parameters are
 * the same.
 */
final class WideResNet extends Backbone {
  private static final double SLOPE = 0.1;
  private static final double DECAY = 0.999;
  private static final double EPS = 1e-3;

  private final int groups;
  private final int blocksPerGroup;
  private final int widen;

  /**
   * A network of an {@linkplain #isDepth allowed} depth.
   *
   * @param widen K, at least 1
   */
  WideResNet(String name, int channels, int depth, int widen) {
    super(name, channels, (16 * widen) << (groups(depth) - 1));
    this.groups = groups(depth);
    this.blocksPerGroup = ((depth - 1) / groups - 1) / 2;
    this.widen = widen;
  }

  /** Whether it is 6n + 4 or 8n + 5, n at least 1. */
  static boolean isDepth(int depth) {
    return depth >= 10 && (depth % 6 == 4 || depth % 8 == 5);
  }

  private static int groups(int depth) {
    return depth % 6 == 4 ? 3 : 4;
  }

  @Override
  public String addTo(GraphBuilder graph, String input) {
    convolution(graph, "conv1", input, 3, channels(), 16, 1);
    String at = "conv1";
    int in = 16;
    for (int group = 1; group <= groups; group++) {
      int out = (16 * widen) << (group - 1);
      for (int b = 0; b < blocksPerGroup; b++) {
        String name = "block" + group + "." + b;
        int stride = b == 0 && (group > 1 || groups == 4) ? 2 : 1;
        at = block(graph, name, at, in, out, stride, group == 1 && b == 0);
        in = out;
      }
    }
    normalization(graph, "bn1", at, in, 1);
    graph.addLayer("avgpool", Pooling.globalAverage(), "bn1");
    return "avgpool";
  }

  private String block(
      GraphBuilder graph,
      String name,
      String from,
      int in,
      int out,
      int stride,
      boolean activateBeforeResidual) {
    normalization(graph, name + ".bn1", from, in, 1);
    convolution(graph, name + ".conv1", name + ".bn1", 3, in, out, stride);
    normalization(graph, name + ".bn2", name + ".conv1", out, zeroInitLastGamma() ? 0 : 1);
    convolution(graph, name + ".conv2", name + ".bn2", 3, out, out, 1);
    String shortcut = from;
    if (in != out || stride != 1) {
      shortcut = name + ".shortcut";
      convolution(
          graph, shortcut, activateBeforeResidual ? name + ".bn1" : from, 1, in, out, stride);
    }
    graph.addVertex(name, new ResidualAdd(false), name + ".conv2", shortcut);
    return name;
  }

  private static void convolution(
      GraphBuilder graph, String name, String from, int kernel, int in, int out, int stride) {
    graph.addLayer(
        name,
        Convolution.builder(kernel).nIn(in).nOut(out).stride(stride).padding(kernel / 2).build(),
        from);
  }

  private static void normalization(
      GraphBuilder graph, String name, String from, int width, double gamma) {
    graph.addLayer(
        name,
        EmanBatchNormalization.builder()
            .nIn(width)
            .nOut(width)
            .leakyRelu(SLOPE)
            .decay(DECAY)
            .eps(EPS)
            .initial(gamma, 0)
            .build(),
        from);
  }
}
