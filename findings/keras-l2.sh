#!/usr/bin/env bash
# DL4J: the L2 penalty of a Keras model is halved, or lost.
#
# Expected: KerasModelImport keeps kernel_regularizer: L2(0.01) of Keras adds 0.01 times the sum of squared weights to
#           the loss.
# Happens:  written as L1L2 (as Keras 2.3 does) it adds half of that, as DL4J's coefficient is of half the sum. Written
#           as L2 (as later versions do) it is lost without a word, with enforceTrainingConfig too.
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

public class Finding {
  /** The imported network's penalty as a part of the model's. */
  static double part(String name, String regularizer) throws Exception {
    String model =
        """
        {"class_name": "Sequential", "keras_version": "2.4.0", "backend": "tensorflow",
         "config": {"name": "s", "layers": [
          {"class_name": "InputLayer",
           "config": {"batch_input_shape": [null, 100], "dtype": "float32", "sparse": false, "name": "in"}},
          {"class_name": "Dense",
           "config": {"name": "dense", "dtype": "float32", "units": 10, "activation": "softmax", "use_bias": true,
            "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": null}},
            "bias_initializer": {"class_name": "Zeros", "config": {}},
            "kernel_regularizer": REGULARIZER, "bias_regularizer": null, "activity_regularizer": null,
            "kernel_constraint": null, "bias_constraint": null}}]}}
        """;
    Path file = Path.of("model.json");
    Files.writeString(file, model.replace("REGULARIZER", regularizer));
    MultiLayerNetwork network =
        new MultiLayerNetwork(KerasModelImport.importKerasSequentialConfiguration(file.toString(), true));
    network.init();
    INDArray weights = network.getLayer(0).getParam("W");
    double part = network.calcRegularizationScore(true) / (0.01 * weights.mul(weights).sumNumber().doubleValue());
    System.out.printf("%s: %.3f of the penalty%n", name, part);
    return part;
  }

  public static void main(String[] args) throws Exception {
    double both = part("L1L2", "{\"class_name\": \"L1L2\", \"config\": {\"l1\": 0.0, \"l2\": 0.01}}");
    double alone = part("L2", "{\"class_name\": \"L2\", \"config\": {\"l2\": 0.01}}");
    boolean asFound = Math.abs(both - 0.5) < 1e-3 && alone == 0;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(deeplearning4j-modelimport|nd4j-native)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
