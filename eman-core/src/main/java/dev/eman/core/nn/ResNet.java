package dev.eman.core.nn;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;

/**
 * Residual networks (He et al. 2016) with normalisation after each convolution. Every 3x3
 * convolution pads one pixel on every side; in bottlenecks the stride sits on the 3x3
 * (torchvision's "v1.5"); where shapes change, the shortcut is a 1x1 convolution with
 * normalisation.
 */
final class ResNet extends Backbone {
  private final int[] blocks;
  private final int[] widths;
  private final boolean bottleneck;
  private final int bottleneckWidthFactor;
  private final boolean imageNetStem;

  ResNet(
      String name,
      int channels,
      int[] blocks,
      int[] widths,
      boolean bottleneck,
      int bottleneckWidthFactor,
      boolean imageNetStem) {
    super(name, channels, widths[widths.length - 1] * (bottleneck ? 4 : 1));
    this.blocks = blocks;
    this.widths = widths;
    this.bottleneck = bottleneck;
    this.bottleneckWidthFactor = bottleneckWidthFactor;
    this.imageNetStem = imageNetStem;
  }

  @Override
  public String addTo(GraphBuilder graph, String input) {
    int stemWidth = widths[0];
    int stemKernel = imageNetStem ? 7 : 3;
    convolution(graph, "conv1", input, stemKernel, channels(), stemWidth, imageNetStem ? 2 : 1);
    normalization(graph, "bn1", "conv1", stemWidth, true, 1);
    String at = "bn1";
    if (imageNetStem) {
      graph.addLayer("maxpool", Pooling.max(3, 2).padding(1).build(), at);
      at = "maxpool";
    }
    int in = stemWidth;
    for (int stage = 0; stage < blocks.length; stage++) {
      int out = widths[stage] * (bottleneck ? 4 : 1);
      for (int block = 0; block < blocks[stage]; block++) {
        int stride = block == 0 && stage > 0 ? 2 : 1;
        at = block(graph, "layer" + (stage + 1) + "." + block, at, in, widths[stage], stride);
        in = out;
      }
    }
    graph.addLayer("avgpool", Pooling.globalAverage(), at);
    return "avgpool";
  }

  private String block(
      GraphBuilder graph, String name, String from, int in, int width, int stride) {
    int out = bottleneck ? 4 * width : width;
    double lastGamma = zeroInitLastGamma() ? 0 : 1;
    String last;
    if (bottleneck) {
      int inner = width * bottleneckWidthFactor;
      convolution(graph, name + ".conv1", from, 1, in, inner, 1);
      normalization(graph, name + ".bn1", name + ".conv1", inner, true, 1);
      convolution(graph, name + ".conv2", name + ".bn1", 3, inner, inner, stride);
      normalization(graph, name + ".bn2", name + ".conv2", inner, true, 1);
      convolution(graph, name + ".conv3", name + ".bn2", 1, inner, out, 1);
      last = name + ".bn3";
      normalization(graph, last, name + ".conv3", out, false, lastGamma);
    } else {
      convolution(graph, name + ".conv1", from, 3, in, out, stride);
      normalization(graph, name + ".bn1", name + ".conv1", out, true, 1);
      convolution(graph, name + ".conv2", name + ".bn1", 3, out, out, 1);
      last = name + ".bn2";
      normalization(graph, last, name + ".conv2", out, false, lastGamma);
    }
    String shortcut = from;
    if (in != out || stride != 1) {
      convolution(graph, name + ".downsample.0", from, 1, in, out, stride);
      shortcut = name + ".downsample.1";
      normalization(graph, shortcut, name + ".downsample.0", out, false, 1);
    }
    graph.addVertex(name, new ResidualAdd(true), last, shortcut);
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
      GraphBuilder graph, String name, String from, int width, boolean relu, double gamma) {
    graph.addLayer(
        name,
        EmanBatchNormalization.builder()
            .nIn(width)
            .nOut(width)
            .relu(relu)
            .initial(gamma, 0)
            .build(),
        from);
  }
}
