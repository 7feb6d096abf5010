#!/usr/bin/env bash
# DL4J: gradient clipping clips the running statistics of batch normalisation.
#
# Expected: GradientNormalization clips gradients. After 50 batches of the mean 100, with a decay of 0.9, the
#           running mean is 100 (1 - 0.9^50) = 99.48, as BatchNormalization.Builder.decay's javadoc has it,
#           and in inference 100 becomes 0.05 - with clipping or without.
# Happens:  the change of the running mean is kept among the layer's gradients and clipped with them: by a
#           threshold of 1 the mean is 50.00, and 100 becomes 5.01. Training shows nothing of it, for it
#           uses the batch's own statistics; the network is tested on other features than it learned.
#           The division by the batch's size spares the statistics, clipping does not.
# With:     DL4J and ND4J 1.0.0-M2.1 (CPU).
# Prints:   None                         mean  99.48, of 100:  0.05
#           ClipElementWiseAbsoluteValue mean  50.00, of 100:  5.01
#           ClipL2PerParamType           mean  50.00, of 100:  5.01
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
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

public class Finding {
  /** The running mean after 50 batches of the mean 100, and what 100 is normalised to by it. */
  static double[] train(GradientNormalization normalization) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .weightInit(WeightInit.ONES)
                .updater(new Sgd(0.0))
                .gradientNormalization(normalization)
                .gradientNormalizationThreshold(1)
                .list()
                .layer(new BatchNormalization.Builder().nIn(1).nOut(1).decay(0.9).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(1)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    INDArray batch = Nd4j.create(new double[][] {{90}, {110}});
    for (int step = 0; step < 50; step++) {
      network.fit(batch, Nd4j.zeros(2, 1));
    }
    double mean = network.getLayer(0).getParam("mean").getDouble(0);
    INDArray image = Nd4j.create(new double[][] {{100}});
    double normalized = network.feedForward(image, false).get(1).getDouble(0);
    System.out.printf("%-28s mean %6.2f, of 100: %5.2f%n", normalization, mean, normalized);
    return new double[] {mean, normalized};
  }

  static boolean near(double[] found, double mean, double normalized) {
    return Math.abs(found[0] - mean) < 0.05 && Math.abs(found[1] - normalized) < 0.05;
  }

  public static void main(String[] args) {
    boolean asFound =
        near(train(GradientNormalization.None), 99.48, 0.05)
            & near(train(GradientNormalization.ClipElementWiseAbsoluteValue), 50, 5.01)
            & near(train(GradientNormalization.ClipL2PerParamType), 50, 5.01);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
