#!/usr/bin/env bash
# DL4J: weight decay that is set for the network is applied twice, and added to a layer's own.
#
# Expected: with weightDecay(0.1), a rate of 0.5 and gradients of 0, a step takes weights of 1 to
#           1 - 0.5 * 0.1 = 0.95, as WeightDecay's own formula (and PyTorch's AdamW). A layer with a decay
#           of 0.2 of its own comes to 0.90: weightDecay's javadoc says that a layer's value overrides it.
# Happens:  0.90: every layer gets the decay twice. With its own decay of 0.2 a layer comes to 0.85, by
#           both of them. L2 regularisation, set in the same way, is applied once.
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
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

public class Finding {
  static NeuralNetConfiguration.Builder settings() {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .weightInit(WeightInit.ONES)
        .updater(new Sgd(0.5));
  }

  static OutputLayer.Builder output() {
    return new OutputLayer.Builder(LossFunction.MSE)
        .nIn(2)
        .nOut(1)
        .hasBias(false)
        .activation(Activation.IDENTITY);
  }

  /** A weight after one step from 1, on inputs and labels of 0, whose gradient is 0. */
  static double step(
      String what, NeuralNetConfiguration.Builder settings, BaseLayer.Builder<?> layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(settings.list().layer(layer.build()).build());
    network.init();
    network.fit(Nd4j.zeros(4, 2), Nd4j.zeros(4, 1));
    double weight = network.params().getDouble(0);
    System.out.printf("%s: %.3f%n", what, weight);
    return weight;
  }

  static boolean near(double a, double b) {
    return Math.abs(a - b) < 1e-5;
  }

  public static void main(String[] args) {
    double network = step("decay 0.1 for the network (0.95)", settings().weightDecay(0.1), output());
    double layer = step("decay 0.1 for the layer (0.95)", settings(), output().weightDecay(0.1));
    double both =
        step(
            "decay 0.1 for the network, 0.2 for the layer (0.90)",
            settings().weightDecay(0.1),
            output().weightDecay(0.2));
    double l2 = step("L2 0.1 for the network (0.95)", settings().l2(0.1), output());
    boolean asFound = near(network, 0.9) && near(layer, 0.95) && near(both, 0.85) && near(l2, 0.95);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
