package com.example;

import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.Pooling;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;

/** Convolutions of 3x3, each with batch normalisation and ReLU; every second one halves the image. */
public final class PlainNet extends Backbone {
  private static final int WIDTH = 16;

  private final int depth;

  PlainNet(String name, int channels, int depth) {
    super(name, channels, WIDTH);
    this.depth = depth;
  }

  @Override
  public String addTo(GraphBuilder graph, String input) {
    String last = input;
    for (int i = 0; i < depth; i++) {
      int in = i == 0 ? channels() : WIDTH;
      graph.addLayer(
          "conv" + i,
          Convolution.builder(3).nIn(in).nOut(WIDTH).stride(1 + i % 2).padding(1).build(),
          last);
      last = "bn" + i;
      graph.addLayer(
          last,
          EmanBatchNormalization.builder().nIn(WIDTH).nOut(WIDTH).relu(true).build(),
          "conv" + i);
    }
    graph.addLayer("pool", Pooling.globalAverage(), last);
    return "pool";
  }
}
