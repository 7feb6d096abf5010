#!/usr/bin/env bash
# DL4J: a locked gamma of batch normalisation is ignored, but not by its gradient.
#
# Expected: lockGammaBeta(true) with gamma(2) and beta(0) gives twice the normalised values: of -1, 0, 1, 2
#           the largest becomes 2.683. By the javadoc the parameters are locked to these values. The
#           gradient is that of the output.
# Happens:  it is 1.342: gamma and beta count only where gamma is not 1 and beta is not 0 as well. So gamma
#           alone does nothing, and beta alone does nothing. The backward pass does use gamma: all layers
#           below learn with a gradient that is 2 times, or with gamma(0.1) a tenth of, the numerical one.
# With:     DL4J and ND4J 1.0.0-M2.1 (CPU).
# Prints:   gamma 2.0, beta 0.0: 1.342 for 2.683, gradient * 2.00
#           gamma 0.1, beta 0.0: 1.342 for 0.134, gradient * 0.10
#           gamma 1.0, beta 0.5: 1.342 for 1.842, gradient * 1.00
#           gamma 2.0, beta 0.5: 3.183 for 3.183, gradient * 1.00
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
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

public class Finding {
  static final INDArray FEATURES =
      Nd4j.create(new double[] {-1, 0, 1, 2}, new long[] {4, 1}, DataType.DOUBLE);
  static final INDArray LABELS =
      Nd4j.create(new double[] {1, 0, 0, 0}, new long[] {4, 1}, DataType.DOUBLE);

  static double score(MultiLayerNetwork network, double first) {
    INDArray features = FEATURES.dup();
    features.putScalar(0, first);
    return network.score(new DataSet(features, LABELS), true);
  }

  /** The largest output, and the gradient by the first input over its numerical value. */
  static double[] normalize(double gamma, double beta) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .weightInit(WeightInit.ONES)
                .updater(new Sgd(0.1))
                .list()
                .layer(
                    new BatchNormalization.Builder()
                        .nIn(1)
                        .nOut(1)
                        .lockGammaBeta(true)
                        .gamma(gamma)
                        .beta(beta)
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(1)
                        .nOut(1)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    double output = network.feedForward(FEATURES, true).get(1).maxNumber().doubleValue();
    double numerical = 4 * (score(network, -1 + 1e-5) - score(network, -1 - 1e-5)) / 2e-5;
    INDArray gradient = network.calculateGradients(FEATURES, LABELS, null, null).getSecond();
    double ratio = gradient.getDouble(0) / numerical;
    System.out.printf(
        "gamma %.1f, beta %.1f: %.3f for %.3f, gradient * %.2f%n",
        gamma, beta, output, 1.3416 * gamma + beta, ratio);
    return new double[] {output, ratio};
  }

  static boolean near(double[] found, double output, double ratio) {
    return Math.abs(found[0] - output) < 1e-3 && Math.abs(found[1] - ratio) < 1e-2;
  }

  public static void main(String[] args) {
    boolean asFound =
        near(normalize(2, 0), 1.3416, 2)
            & near(normalize(0.1, 0), 1.3416, 0.1)
            & near(normalize(1, 0.5), 1.3416, 1)
            & near(normalize(2, 0.5), 3.1833, 1);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
