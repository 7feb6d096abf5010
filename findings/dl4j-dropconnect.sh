#!/usr/bin/env bash
# DL4J: DropConnect trains another network than it tests, and can drop biases at test time.
#
# Expected: with a probability of 0.8 of keeping a weight the expected output is the same in training and
#           in inference, as with DL4J's Dropout, which divides by 0.8, and as in Wan et al. 2013, where
#           inference uses the mean of the masked network. Inference itself draws nothing.
# Happens:  the kept weights are not divided by 0.8, and inference uses all of them: a layer that gave
#           800 in training gives 1000 in inference. With DropConnect(0.8, true), for the biases as
#           well, inference drops biases: outputs differ from one call to the next.
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
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

public class Finding {
  static MultiLayerNetwork network(NeuralNetConfiguration.Builder settings, double bias) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            settings
                .seed(1)
                .weightInit(WeightInit.ONES)
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(1000)
                        .nOut(100)
                        .biasInit(bias)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    return network;
  }

  static double mean(MultiLayerNetwork network, boolean train) {
    return network.output(Nd4j.ones(1, 1000), train).meanNumber().doubleValue();
  }

  static NeuralNetConfiguration.Builder settings() {
    return new NeuralNetConfiguration.Builder();
  }

  public static void main(String[] args) {
    MultiLayerNetwork dropout = network(settings().dropOut(0.8), 0);
    MultiLayerNetwork connect = network(settings().weightNoise(new DropConnect(0.8)), 0);
    double dropoutTrain = 0;
    for (int i = 0; i < 100; i++) {
      dropoutTrain += mean(dropout, true) / 100;
    }
    double train = mean(connect, true);
    double test = mean(connect, false);
    System.out.printf("Dropout: mean in training %.1f, in inference %.1f%n", dropoutTrain, mean(dropout, false));
    System.out.printf("DropConnect: mean in training %.1f, in inference %.1f%n", train, test);
    MultiLayerNetwork biases = network(settings().weightNoise(new DropConnect(0.8, true)), 1);
    INDArray first = biases.output(Nd4j.zeros(1, 1000), false);
    INDArray second = biases.output(Nd4j.zeros(1, 1000), false);
    int dropped = 100 - first.sumNumber().intValue();
    System.out.printf(
        "inference on zeros, with 100 biases of 1: %d are 0; the same again: %s%n",
        dropped, first.equals(second));
    boolean asFound =
        Math.abs(dropoutTrain - 1000) < 20
            && Math.abs(train - 800) < 20
            && test == 1000
            && dropped > 5
            && !first.equals(second);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
