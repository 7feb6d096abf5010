package dev.eman.core.nn;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;

/**
 * Wide residual networks (Zagoruyko and Komodakis 2016) as FixMatch (Sohn et al. 2020) uses them:
 * normalisation and leaky ReLU (slope 0.1) before each convolution, no dropout, eps 1e-3 and decay
 * 0.999 of the running statistics; in the first block of the first group the shortcut, too, starts
 * after the normalisation.
 */
final class WideResNet extends Backbone {
  private static final double SLOPE = 0.1;
  private static final double DECAY = 0.999;
  private static final double EPS = 1e-3;

  private final int blocksPerGroup;
  private final int widen;

  WideResNet(String name, int channels, int depth, int widen) {
    super(name, channels, 64 * widen);
    this.blocksPerGroup = (depth - 4) / 6;
    this.widen = widen;
  }

  @Override
  public String addTo(GraphBuilder graph, String input) {
    convolution(graph, "conv1", input, 3, channels(), 16, 1);
    String at = "conv1";
    int in = 16;
    for (int group = 1; group <= 3; group++) {
      int out = (16 * widen) << (group - 1);
      for (int b = 0; b < blocksPerGroup; b++) {
        String name = "block" + group + "." + b;
        at = block(graph, name, at, in, out, b == 0 && group > 1 ? 2 : 1, group == 1 && b == 0);
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
