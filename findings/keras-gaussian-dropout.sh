#!/usr/bin/env bash
# DL4J: a Gaussian dropout of a Keras model makes nine times the noise.
#
# Expected: KerasModelImport turns GaussianDropout(0.1) of Keras, noise with the deviation sqrt(0.1 / 0.9) = 0.333, into
#           DL4J's GaussianDropout of the same rate and formula.
# Happens:  it takes 1 - rate, as ordinary dropout needs it, where DL4J's rate is Keras's: GaussianDropout(0.9), with
#           the deviation 3. A rate of 0.5 is right, and the smaller a rate, the more noise.
# With:     deeplearning4j-modelimport and ND4J 1.0.0-M2.1 (CPU).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.deeplearning4j</groupId><artifactId>deeplearning4j-modelimport</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  /** The deviation of ones after the imported layer, in training. */
  static double deviation(double rate) throws Exception {
    String model =
        """
        {"class_name": "Sequential", "keras_version": "2.4.0", "backend": "tensorflow",
         "config": {"name": "s", "layers": [
          {"class_name": "InputLayer",
           "config": {"batch_input_shape": [null, 100000], "dtype": "float32", "sparse": false, "name": "in"}},
          {"class_name": "GaussianDropout", "config": {"name": "noise", "dtype": "float32", "rate": RATE}}]}}
        """;
    Path file = Path.of("model.json");
    Files.writeString(file, model.replace("RATE", Double.toString(rate)));
    MultiLayerNetwork network =
        new MultiLayerNetwork(KerasModelImport.importKerasSequentialConfiguration(file.toString()));
    network.init();
    INDArray noisy = network.feedForward(Nd4j.ones(1, 100000), true).get(1);
    double deviation = noisy.stdNumber().doubleValue();
    System.out.printf("rate %.1f: deviation %.3f for %.3f%n", rate, deviation, Math.sqrt(rate / (1 - rate)));
    return deviation;
  }

  public static void main(String[] args) throws Exception {
    boolean asFound = Math.abs(deviation(0.1) - 3) < 0.1;
    asFound &= Math.abs(deviation(0.5) - 1) < 0.05;
    asFound &= Math.abs(deviation(0.9) - 1.0 / 3) < 0.05;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(deeplearning4j-modelimport|nd4j-native)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
