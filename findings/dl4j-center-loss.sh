#!/usr/bin/env bash
# DL4J: the centres of the centre loss move the slower the larger the batch is.
#
# Expected: CenterLossOutputLayer moves the centre of a class by alpha * sum(x - c) / (1 + n) for the n images
#           of it in the batch (Wen et al. 2016, A Discriminative Feature Learning Approach for Deep Face
#           Recognition): with an alpha of 0.5 and features of 1, from 0 to 0.417 for 5 images, 0.490 for 50.
# Happens:  0.0417 of a batch of 10, 0.0049 of one of 100: the move is divided by the batch's size
#           as well, as if it were a gradient that was summed over images. Alpha's default of 0.05 is 0.0008
#           at a batch size of 64: centres stay where they began, and features are drawn there.
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
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

public class Finding {
  /** A class's centre, from 0, after one batch of features of 1, half of them of the class. */
  static double step(int batch) {
    double alpha = 0.5;
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0.1))
                .list()
                .layer(
                    new CenterLossOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(1)
                        .nOut(2)
                        .alpha(alpha)
                        .lambda(0.01)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    network.getLayer(0).getParam("cL").assign(0);
    INDArray labels = Nd4j.zeros(batch, 2);
    for (int i = 0; i < batch; i++) {
      labels.putScalar(i, i % 2, 1);
    }
    network.fit(Nd4j.ones(batch, 1), labels);
    double centre = network.getLayer(0).getParam("cL").getDouble(0);
    double expected = alpha * (batch / 2) / (1 + batch / 2);
    System.out.printf("batch of %d: centre %.4f for %.4f%n", batch, centre, expected);
    return expected / centre;
  }

  public static void main(String[] args) {
    boolean asFound = Math.abs(step(10) - 10) < 0.01 & Math.abs(step(100) - 100) < 0.1;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
