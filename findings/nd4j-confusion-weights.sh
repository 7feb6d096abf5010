#!/usr/bin/env bash
# ND4J: a confusion matrix of weighted images has no weights below 1.
#
# Expected: Nd4j.math().confusionMatrix(labels, predictions, weights, classes) sums up the weights of the images of each
#           cell: 0.5 and 0.25 on the diagonal, 2.75 beside it.
# Happens:  every weight is cut to a whole number, and with it the images that count less than 1: 0, 0 and 2. The
#           result is an array of int; that of weights in float is not asked for.
# With:     ND4J 1.0.0-M2.1 (CPU).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) {
    INDArray labels = Nd4j.createFromArray(0, 1, 1, 1);
    INDArray predictions = Nd4j.createFromArray(0, 1, 0, 0);
    INDArray weights = Nd4j.createFromArray(0.5f, 0.25f, 2f, 0.75f);
    INDArray matrix = Nd4j.math().confusionMatrix(labels, predictions, weights, 2);
    System.out.println(matrix.dataType() + " " + matrix.toString().replace("\n", ""));
    System.out.println("weights summed up: " + matrix.sumNumber() + " of " + weights.sumNumber());
    boolean asFound = matrix.getInt(0, 0) == 0 && matrix.getInt(1, 1) == 0 && matrix.getInt(1, 0) == 2;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
