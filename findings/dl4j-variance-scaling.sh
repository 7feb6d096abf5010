#!/usr/bin/env bash
# DL4J: initial weights of "variance scaling" have 3 or 0.76 times the variance of their name.
#
# Expected: WeightInit.VAR_SCALING_UNIFORM_FAN_IN and LECUN_UNIFORM give weights of variance 1 / fanIn (uniform within
#           sqrt(3 / fanIn): LeCun et al. 1998, Efficient BackProp, and Keras's initialisers of these names), and
#           VAR_SCALING_NORMAL_FAN_IN too, as LECUN_NORMAL does.
# Happens:  the uniform ones are within 3 / sqrt(fanIn): a variance of 3 / fanIn, so that each layer triples the
#           variance of what passes. The normal ones are cut off at 2 deviations, and not widened for it: 0.76 / fanIn.
#           XAVIER, XAVIER_UNIFORM and RELU have the variance of their papers.
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
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  static final int FAN_IN = 400;
  static final int FAN_OUT = 400;

  /** The variance of a layer's initial weights, times the fan in, which is the fan out as well. */
  static double variance(WeightInit init) {
    IWeightInit rule = init.getWeightInitFunction();
    INDArray view = Nd4j.create(1, FAN_IN * FAN_OUT);
    INDArray weights = rule.init(FAN_IN, FAN_OUT, new long[] {FAN_IN, FAN_OUT}, 'f', view);
    double variance = weights.varNumber().doubleValue() * FAN_IN;
    System.out.printf("%-28s %.2f / fanIn%n", init, variance);
    return variance;
  }

  static boolean near(double value, double expected) {
    return Math.abs(value / expected - 1) < 0.03;
  }

  public static void main(String[] args) {
    Nd4j.getRandom().setSeed(1);
    boolean asFound =
        near(variance(WeightInit.LECUN_NORMAL), 1)
            & near(variance(WeightInit.XAVIER_UNIFORM), 1)
            & near(variance(WeightInit.RELU), 2)
            & near(variance(WeightInit.LECUN_UNIFORM), 3)
            & near(variance(WeightInit.VAR_SCALING_UNIFORM_FAN_IN), 3)
            & near(variance(WeightInit.VAR_SCALING_UNIFORM_FAN_OUT), 3)
            & near(variance(WeightInit.VAR_SCALING_UNIFORM_FAN_AVG), 3)
            & near(variance(WeightInit.VAR_SCALING_NORMAL_FAN_IN), 0.76)
            & near(variance(WeightInit.VAR_SCALING_NORMAL_FAN_AVG), 0.76);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
