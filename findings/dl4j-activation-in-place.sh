#!/usr/bin/env bash
# DL4J: an activation layer overwrites what other layers, and the caller, still need.
#
# Expected: ComputationGraph.feedForward(x, false) of a residual block, sigmoid(dense) + dense, returns for each layer
#           what it computed, and for the sum what output(x) returns. Neither changes x.
# Happens:  in inference an activation layer writes into its input. feedForward adds sigmoid to sigmoid, and says that
#           the dense layer's output is the sigmoid's. output(x) is right there, but not where the layer's input is the
#           network's: the other branch gets the sigmoid, x is overwritten, and output(x) of a network of layers differs
#           in the second call. In training all is right.
# With:     DL4J and ND4J 1.0.0-M2.1 (CPU).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.deeplearning4j</groupId><artifactId>deeplearning4j-nn</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  static INDArray input() {
    return Nd4j.createFromArray(new float[][] {{-2, 0, 2}});
  }

  /** A network of sigmoid(from) + from, where from is its input or a dense layer that copies it. */
  static ComputationGraph residual(String from) {
    GraphBuilder builder = new NeuralNetConfiguration.Builder().graphBuilder().addInputs("in");
    DenseLayer dense = new DenseLayer.Builder().nIn(3).nOut(3).activation(Activation.IDENTITY).build();
    if (from.equals("dense")) {
      builder.addLayer("dense", dense, "in");
    }
    builder.addLayer("sigmoid", new ActivationLayer(Activation.SIGMOID), from);
    builder.addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "sigmoid", from);
    ComputationGraph graph = new ComputationGraph(builder.setOutputs("sum").build());
    graph.init();
    if (from.equals("dense")) {
      graph.setParam("dense_W", Nd4j.eye(3).castTo(DataType.FLOAT));
    }
    return graph;
  }

  static float last(String what, INDArray row) {
    System.out.println(what + ": " + row.toString().replaceAll(" +", " "));
    return row.getFloat(0, 2);
  }

  public static void main(String[] args) {
    ComputationGraph hidden = residual("dense");
    float right = last("dense, output", hidden.outputSingle(input()));
    Map<String, INDArray> all = hidden.feedForward(input(), false);
    float wrong = last("dense, feedForward, sum", all.get("sum"));
    float dense = last("dense, feedForward, dense", all.get("dense"));
    float training = last("dense, feedForward in training, sum", hidden.feedForward(input(), true).get("sum"));
    INDArray x = input();
    float first = last("input, output", residual("in").outputSingle(x));
    float after = last("input, afterwards", x);
    ActivationLayer sigmoid = new ActivationLayer(Activation.SIGMOID);
    LossLayer loss = new LossLayer.Builder().activation(Activation.IDENTITY).build();
    MultiLayerNetwork layers = new MultiLayerNetwork(new NeuralNetConfiguration.Builder().list(sigmoid, loss).build());
    layers.init();
    INDArray image = input();
    float once = last("layers, output", layers.output(image).dup());
    float twice = last("layers, output again", layers.output(image));
    boolean asFound =
        right == training && right > 2.8 && wrong < 1.8 && dense < 0.9 && first < 1.8 && after < 0.9 && twice < once;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(deeplearning4j-nn|nd4j-native)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
