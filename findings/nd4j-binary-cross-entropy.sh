#!/usr/bin/env bash
# ND4J: binary cross-entropy hardly trains where the network is most wrong.
#
# Expected: with a sigmoid and the label 1 the gradient by the logit is sigmoid(z) - 1: -1 for a logit of
#           -20, as from PyTorch 1.13's BCEWithLogitsLoss and BCELoss (which bounds its logarithms, too).
#           LossBinaryXENT's javadoc says only that probabilities are clipped to [1e-5, 1 - 1e-5].
# Happens:  the gradient of the clipped probability is multiplied by the sigmoid's slope at the logit:
#           -0.61 for -12, -0.01 for -16, -0.0002 for -20. From -20, 100 steps of size 1 lead to
#           -19.98 where they should lead to 4.4, and the loss stays at 11.5. LossMCXENT has no such limit.
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
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;

public class Finding {
  static final LossBinaryXENT LOSS = new LossBinaryXENT();

  static INDArray logit(double z) {
    return Nd4j.valueArrayOf(new long[] {1, 1}, z);
  }

  /** The gradient by the logit, for the label 1. */
  static double gradient(double z) {
    return LOSS.computeGradient(Nd4j.ones(1, 1), logit(z), new ActivationSigmoid(), null)
        .getDouble(0);
  }

  static double expected(double z) {
    return -1 / (1 + Math.exp(z));
  }

  public static void main(String[] args) {
    for (double z : new double[] {-2, -8, -12, -16, -20}) {
      System.out.printf("logit %.0f: gradient %.5f, expected %.5f%n", z, gradient(z), expected(z));
    }
    double trained = -20;
    double byHand = -20;
    for (int step = 0; step < 100; step++) {
      trained -= gradient(trained);
      byHand -= expected(byHand);
    }
    double loss = LOSS.computeScore(Nd4j.ones(1, 1), logit(trained), new ActivationSigmoid(), null, true);
    System.out.printf("from -20, after 100 steps: %.2f, expected %.2f; loss %.2f%n", trained, byHand, loss);
    boolean asFound =
        Math.abs(gradient(-8) / expected(-8) - 1) < 1e-3
            && Math.abs(gradient(-12) + 0.614) < 0.01
            && Math.abs(gradient(-20) + 2.06e-4) < 1e-5
            && trained < -19.9
            && byHand > 0;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
