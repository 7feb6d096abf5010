#!/usr/bin/env bash
# ND4J: the precise GELU is the less precise one, and relu's cutoff lifts values.
#
# Expected: preciseGelu is 0.5x(1 + tanh(sqrt(2/pi)(x + 0.044715 x^3))) of arXiv 1606.08415, which the
#           javadoc names: -0.1588 at -1 and 1.9546 at 2, as PyTorch 1.13's gelu to 2e-4. By its
#           javadoc relu(x, cutoff) keeps what is at least the cutoff and makes 0 of the rest.
# Happens:  preciseGelu is -0.1686 and 1.9211: it cubes 0.044715 x as a whole. Its largest error is
#           0.034; that of gelu, documented as the sigmoid approximation, is 0.021. Weights that were
#           trained with GELU elsewhere give other outputs. relu with the cutoff 2 makes 2 of -1 and 1.
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
  static double gelu(double x, double cubic) {
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + cubic)));
  }

  public static void main(String[] args) {
    int n = 801;
    INDArray x = Nd4j.linspace(-4, 4, n).reshape(n);
    INDArray precise = Nd4j.nn.preciseGelu(x.dup());
    INDArray sigmoid = Nd4j.nn.gelu(x.dup());
    double preciseError = 0;
    double sigmoidError = 0;
    double toOtherCube = 0;
    for (int i = 0; i < n; i++) {
      double at = x.getDouble(i);
      double expected = gelu(at, 0.044715 * at * at * at);
      double value = precise.getDouble(i);
      if (i == 300 || i == 600) {
        System.out.printf(
            "at %.0f: preciseGelu %.4f, gelu %.4f, expected %.4f%n",
            at, value, sigmoid.getDouble(i), expected);
      }
      preciseError = Math.max(preciseError, Math.abs(value - expected));
      sigmoidError = Math.max(sigmoidError, Math.abs(sigmoid.getDouble(i) - expected));
      toOtherCube = Math.max(toOtherCube, Math.abs(value - gelu(at, Math.pow(0.044715 * at, 3))));
    }
    System.out.printf("largest error: preciseGelu %.4f, gelu %.4f%n", preciseError, sigmoidError);
    System.out.printf("preciseGelu from the formula with (0.044715 x)^3: %.1e%n", toOtherCube);
    INDArray relu = Nd4j.nn.relu(Nd4j.createFromArray(-1f, 1f, 3f), 2);
    System.out.println("relu of -1, 1, 3 with the cutoff 2: " + relu + ", expected 0, 0, 3");
    boolean asFound =
        preciseError > 0.03
            && sigmoidError < 0.022
            && toOtherCube < 1e-5
            && relu.equals(Nd4j.createFromArray(2f, 2f, 3f));
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
