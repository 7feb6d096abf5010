#!/usr/bin/env bash
# DJL: the binary cross-entropy of probabilities has the wrong sign.
#
# Expected: SigmoidBinaryCrossEntropyLoss(name, 1, true), whose predictions are the output of a sigmoid, gives the loss
#           that it gives for their logits with false: -log(p) for a label of 1, and the gradient pulls p towards it.
# Happens:  log(p): below 0, and the smaller the more wrong a prediction is. A step down the gradient moves 0.9 for a
#           label of 1 away from 1. With logits all is well.
# With:     DJL 0.33.0, PyTorch 2.5.1 (CPU).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>ai.djl.pytorch</groupId><artifactId>pytorch-engine</artifactId>
<version>0.33.0</version></dependency>
<dependency><groupId>ai.djl.pytorch</groupId><artifactId>pytorch-jni</artifactId>
<version>2.5.1-0.33.0</version></dependency>
<dependency><groupId>ai.djl.pytorch</groupId><artifactId>pytorch-native-cpu</artifactId>
<version>2.5.1</version><classifier>linux-x86_64</classifier></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>2.0.17</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import ai.djl.training.loss.SigmoidBinaryCrossEntropyLoss;
import ai.djl.engine.Engine;

public class Finding {
  public static void main(String[] args) {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDList label = new NDList(manager.create(new float[] {1}));
      Loss ofLogits = new SigmoidBinaryCrossEntropyLoss();
      Loss ofProbabilities = new SigmoidBinaryCrossEntropyLoss("loss", 1, true);
      boolean asFound = true;
      for (float p : new float[] {0.9f, 0.5f, 0.1f}) {
        NDArray probability = manager.create(new float[] {p});
        NDArray logit = manager.create(new float[] {(float) Math.log(p / (1 - p))});
        float right = ofLogits.evaluate(label, new NDList(logit)).getFloat();
        probability.setRequiresGradient(true);
        float loss;
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
          NDArray result = ofProbabilities.evaluate(label, new NDList(probability));
          loss = result.getFloat();
          collector.backward(result);
        }
        float gradient = probability.getGradient().getFloat();
        System.out.printf("p %.1f of label 1: %.4f of the logit, %.4f of p, gradient %.3f%n", p, right, loss, gradient);
        asFound &= Math.abs(right + Math.log(p)) < 1e-4 && Math.abs(loss - Math.log(p)) < 1e-4 && gradient > 0;
      }
      System.out.println(asFound ? "as found" : "CHANGED");
      System.exit(asFound ? 0 : 1);
    }
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(pytorch-engine|pytorch-native-cpu)-[0-9][^/]*$'
java -DDJL_CACHE_DIR=cache -Dai.djl.offline=true -cp "$(cat classpath)" Finding.java
