#!/usr/bin/env bash
# ND4J: log_softmax, log-sigmoid, softplus, log1p and expm1 are computed as their names are spelt.
#
# Expected: these functions exist for the values at which the formula in their name fails: log_softmax
#           of the logits 110, 0 is 0, -110; log-sigmoid of -110 is -110; softplus of 110 is 110; log1p
#           and expm1 of 1e-8 are 1e-8 (PyTorch, NumPy, java.lang.Math).
# Happens:  minus infinity, minus infinity, infinity, 0 and 0. The loss of one image that is confidently
#           wrong is infinite, by sparseSoftmaxCrossEntropy as by softmaxCrossEntropy, and with it the
#           mean of its batch.
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64.
# Prints:   log_softmax(110, 0):                 0.0 -Infinity
#           sparseSoftmaxCrossEntropy, class 1:  Infinity
#           softmaxCrossEntropy, class 1:        Infinity
#           logSigmoid(-110):                    -Infinity
#           softplus(110):                       Infinity
#           log1p(1e-8), expm1(1e-8):            0.0 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native-platform</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import org.nd4j.autodiff.loss.LossReduce;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) {
    INDArray logits = Nd4j.createFromArray(new float[][] {{110, 0}});
    INDArray logSoftmax = Nd4j.nn().logSoftmax(logits);
    INDArray target = Nd4j.createFromArray(new float[][] {{0, 1}});
    INDArray weight = Nd4j.scalar(1f);
    double dense =
        Nd4j.loss().softmaxCrossEntropy(target, logits, weight, LossReduce.SUM, 0).getDouble(0);
    double sparse =
        Nd4j.loss().sparseSoftmaxCrossEntropy(logits, Nd4j.createFromArray(1)).getDouble(0);
    double logSigmoid = Nd4j.nn().logSigmoid(Nd4j.createFromArray(-110f)).getDouble(0);
    double softplus = Nd4j.nn().softplus(Nd4j.createFromArray(110f)).getDouble(0);
    double log1p = Nd4j.math().log1p(Nd4j.createFromArray(1e-8f)).getDouble(0);
    double expm1 = Nd4j.math().expm1(Nd4j.createFromArray(1e-8f)).getDouble(0);
    System.out.println(
        "log_softmax(110, 0):                 "
            + logSoftmax.getDouble(0)
            + " "
            + logSoftmax.getDouble(1));
    System.out.println("sparseSoftmaxCrossEntropy, class 1:  " + sparse);
    System.out.println("softmaxCrossEntropy, class 1:        " + dense);
    System.out.println("logSigmoid(-110):                    " + logSigmoid);
    System.out.println("softplus(110):                       " + softplus);
    System.out.println("log1p(1e-8), expm1(1e-8):            " + log1p + " " + expm1);
    boolean asFound =
        logSoftmax.getDouble(1) == Double.NEGATIVE_INFINITY
            && sparse == Double.POSITIVE_INFINITY
            && dense == Double.POSITIVE_INFINITY
            && logSigmoid == Double.NEGATIVE_INFINITY
            && softplus == Double.POSITIVE_INFINITY
            && log1p == 0
            && expm1 == 0;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
