#!/usr/bin/env bash
# DL4J: a soft limit for the norm of weights makes them explode.
#
# Expected: MinMaxNormConstraint(0, 1, rate 0.5) takes weights half of the way to a norm of at most 1 after
#           each step, as Keras' MinMaxNorm does: 4, 2.5, 1.75, 1.38.
# Happens:  36.6, 225253, 3e20. The rate's other half is the norm itself where it should be the norm over the
#           norm, so a weight of 4 is multiplied by 0.5 / 4 + 0.5 * 4 and not by 0.5 / 4 + 0.5; and
#           every constraint is applied twice a step. With the rate 1, the default, nothing is to be seen.
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
import org.deeplearning4j.nn.conf.constraint.MinMaxNormConstraint;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

public class Finding {
  /** A weight after each of three steps from 4, which nothing but the constraint changes. */
  static double[] steps(double rate) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0.0))
                .constrainWeights(new MinMaxNormConstraint(0, 1, rate, 1))
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(1)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    network.getLayer(0).getParam("W").assign(4);
    double[] weights = new double[3];
    double expected = 4;
    for (int step = 0; step < weights.length; step++) {
      network.fit(Nd4j.zeros(1, 1), Nd4j.zeros(1, 1));
      weights[step] = network.getLayer(0).getParam("W").getDouble(0);
      expected = rate * Math.min(expected, 1) + (1 - rate) * expected;
      System.out.printf("rate %.1f, step %d: %.2f for %.2f%n", rate, step, weights[step], expected);
    }
    return weights;
  }

  static boolean near(double a, double b) {
    return Math.abs(a - b) < 1e-3 * b;
  }

  public static void main(String[] args) {
    double[] hard = steps(1);
    double[] soft = steps(0.5);
    boolean asFound =
        near(hard[0], 1)
            && near(hard[2], 1)
            && near(soft[0], 36.62)
            && soft[1] > 1e4
            && soft[2] > soft[1];
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
