#!/usr/bin/env bash
# DL4J: batch normalisation keeps the logarithm of the standard deviation, of the biased variance.
#
# Expected: a parameter that averages like a variance: the mean of two networks' parameters (parameter
#           averaging, an average over time) holds the mean of their variances; after one batch, with
#           decay 0, the unbiased variance of the batch (as PyTorch's running_var).
# Happens:  the parameter is log10 of the standard deviation unless useLogStd(false) is set, so the
#           mean of parameters is the geometric mean: of the variances 1 and 100, 10 and not 50.5.
#           The variance is the biased one: of 1, 2, 3, 6 it is 3.5 and not 4.67.
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
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

public class Finding {
  /** A network that has seen one batch; all of its running statistics are that batch's. */
  static MultiLayerNetwork trained(float... batch) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0))
                .list()
                .layer(new BatchNormalization.Builder().nIn(1).nOut(1).decay(0).eps(1e-9).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(1)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    network.fit(Nd4j.createFromArray(batch).reshape(batch.length, 1), Nd4j.zeros(batch.length, 1));
    return network;
  }

  static double variance(MultiLayerNetwork network) {
    INDArray parameter = network.getLayer(0).paramTable().get("log10stdev");
    return Math.pow(10, 2 * parameter.getDouble(0));
  }

  public static void main(String[] args) {
    MultiLayerNetwork network = trained(1, 2, 3, 6);
    System.out.println("parameters: " + network.getLayer(0).paramTable().keySet());
    double variance = variance(network);
    System.out.printf("running variance after 1, 2, 3, 6: %.4f (unbiased: 4.6667)%n", variance);
    MultiLayerNetwork narrow = trained(-1, 1);
    MultiLayerNetwork wide = trained(-10, 10);
    MultiLayerNetwork mean = narrow.clone();
    mean.setParams(narrow.params().add(wide.params()).div(2));
    System.out.printf(
        "variances %.3f and %.3f, of the averaged network %.3f (their mean: 50.5)%n",
        variance(narrow), variance(wide), variance(mean));
    boolean asFound =
        Math.abs(variance - 3.5) < 1e-3 && Math.abs(variance(mean) - 10) < 0.01;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
