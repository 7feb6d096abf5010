#!/usr/bin/env bash
# DL4J: an upsampling of a Keras model repeats pixels where it should interpolate.
#
# Expected: KerasModelImport keeps the interpolation of UpSampling2D, or refuses what it cannot do, as it does for other
#           layers: bilinear, a row of 0 and 4 becomes 0, 1, 3, 4.
# Happens:  0, 0, 4, 4 without a word: "interpolation" is not read.
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
import java.util.Arrays;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  static float[] row(String interpolation) throws Exception {
    String model =
        """
        {"class_name": "Sequential", "keras_version": "2.4.0", "backend": "tensorflow",
         "config": {"name": "s", "layers": [
          {"class_name": "Conv2D",
           "config": {"name": "copy", "batch_input_shape": [null, 2, 2, 1], "dtype": "float32", "filters": 1,
            "kernel_size": [1, 1], "strides": [1, 1], "padding": "valid", "data_format": "channels_last",
            "dilation_rate": [1, 1], "activation": "linear", "use_bias": false,
            "kernel_initializer": {"class_name": "Ones", "config": {}},
            "bias_initializer": {"class_name": "Zeros", "config": {}}, "kernel_regularizer": null,
            "bias_regularizer": null, "activity_regularizer": null, "kernel_constraint": null,
            "bias_constraint": null}},
          {"class_name": "UpSampling2D",
           "config": {"name": "up", "dtype": "float32", "size": [2, 2], "data_format": "channels_last",
            "interpolation": "INTERPOLATION"}}]}}
        """;
    Path file = Path.of("model.json");
    Files.writeString(file, model.replace("INTERPOLATION", interpolation));
    MultiLayerNetwork network =
        new MultiLayerNetwork(KerasModelImport.importKerasSequentialConfiguration(file.toString()));
    network.init();
    INDArray image = Nd4j.createFromArray(0f, 4f, 0f, 4f).reshape(1, 2, 2, 1);
    float[] row = Arrays.copyOf(network.output(image).dup('c').ravel().toFloatVector(), 4);
    System.out.println(interpolation + ": " + Arrays.toString(row));
    return row;
  }

  public static void main(String[] args) throws Exception {
    float[] repeated = {0, 0, 4, 4};
    boolean asFound = Arrays.equals(row("nearest"), repeated) & Arrays.equals(row("bilinear"), repeated);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(deeplearning4j-modelimport|nd4j-native)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
