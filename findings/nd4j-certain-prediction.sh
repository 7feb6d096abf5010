#!/usr/bin/env bash
# ND4J: an image of which a network is certain makes the gradient of the KL divergence NaN, and its entropy.
#
# Expected: the gradient of the KL divergence by softmax's logits is probabilities - labels: 0 where the
#           network is certain and right, as of LossMCXENT. The entropy of 1 and 0 is 0, as 0 log 0 is
#           taken for 0 (scipy.stats.entropy, torch.special.entr).
# Happens:  from a margin of 104 on softmax is 1 and 0 in float32, and LossKLD divides label 0 by probability
#           0: one such image makes all weights NaN, while its loss is 0.000. The loss clips the
#           probabilities, the gradient does not. shannonEntropyNumber (and entropyNumber) of 1 and 0 are NaN.
#           Distillation, consistency losses and entropy minimisation work just with such predictions.
# With:     ND4J 1.0.0-M2.1 (CPU).
# Prints:   LossMCXENT, margin 120: loss 0.000, gradient 0.000 0.000
#           LossKLD, margin 50: loss 0.000, gradient 0.000 0.000
#           LossKLD, margin 120: loss 0.000, gradient NaN NaN
#           entropy of 0.50, 0.50: 1.000
#           entropy of 1.00, 0.00: NaN
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
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

public class Finding {
  /** The gradient by the two logits of the first class, which is right, and its margin. */
  static float[] gradient(ILossFunction loss, float margin) {
    INDArray logits = Nd4j.createFromArray(new float[][] {{margin, 0}});
    INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}});
    double score = loss.computeScore(labels, logits.dup(), new ActivationSoftmax(), null, true);
    INDArray gradient = loss.computeGradient(labels, logits, new ActivationSoftmax(), null);
    float[] values = gradient.toFloatMatrix()[0];
    System.out.printf(
        "%s, margin %.0f: loss %.3f, gradient %.3f %.3f%n",
        loss.getClass().getSimpleName(), margin, Math.abs(score), values[0], values[1]);
    return values;
  }

  static double entropy(float... probabilities) {
    double entropy = Nd4j.createFromArray(probabilities).shannonEntropyNumber().doubleValue();
    System.out.printf("entropy of %.2f, %.2f: %.3f%n", probabilities[0], probabilities[1], entropy);
    return entropy;
  }

  public static void main(String[] args) {
    float[] crossEntropy = gradient(new LossMCXENT(), 120);
    float[] sure = gradient(new LossKLD(), 50);
    float[] surer = gradient(new LossKLD(), 120);
    double even = entropy(0.5f, 0.5f);
    double certain = entropy(1, 0);
    boolean asFound =
        crossEntropy[0] == 0
            && Math.abs(sure[0]) < 1e-6
            && Float.isNaN(surer[0])
            && Float.isNaN(surer[1])
            && Math.abs(even - 1) < 1e-6
            && Double.isNaN(certain);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
