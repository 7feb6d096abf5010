#!/usr/bin/env bash
# DJL: gradient clipping clips no gradient below 0.
#
# Expected: optClipGrad(1) "clips the gradient to the range of [-clipGrad, clipGrad]" (its documentation): gradients of
#           100 and -100 move two weights equally far, by 1 with a learning rate of 1.
# Happens:  they move one by 1 and the other by 100: the smaller of gradient and limit is taken, and nothing is done
#           about the other end. Half of an exploding gradient passes, and the other half pulls less, so weights drift.
#           So do SGD, with momentum and without, and Adam.
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
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.Arrays;

public class Finding {
  /** Four weights of 0 after updates by gradients. */
  static float[] weights(NDManager manager, Optimizer optimizer, float[]... gradients) {
    NDArray weights = manager.zeros(new Shape(4));
    for (float[] gradient : gradients) {
      optimizer.update("weights", weights, manager.create(gradient));
    }
    System.out.println(
        optimizer.getClass().getSimpleName() + ": " + Arrays.toString(weights.toFloatArray()));
    return weights.toFloatArray();
  }

  public static void main(String[] args) {
    boolean asFound;
    try (NDManager manager = NDManager.newBaseManager()) {
      Tracker rate = Tracker.fixed(1);
      float[] exploding = {100, 0.5f, -0.5f, -100};
      float[] usual = {0.5f, 0.5f, -0.5f, -0.5f};
      float[] sgd =
          weights(
              manager,
              Optimizer.sgd().setLearningRateTracker(rate).optClipGrad(1).build(),
              exploding);
      float[] momentum =
          weights(
              manager,
              Optimizer.sgd().setLearningRateTracker(rate).optMomentum(0.9f).optClipGrad(1).build(),
              exploding);
      float[] adam =
          weights(
              manager,
              Optimizer.adam().optLearningRateTracker(rate).optClipGrad(1).build(),
              exploding,
              usual);
      asFound = Arrays.equals(sgd, new float[] {-1, -0.5f, 0.5f, 100});
      asFound &= Arrays.equals(momentum, sgd);
      // the second step of the clipped weight is as that of the others, not that of the last one
      asFound &= Math.abs(adam[0] + 1.932) < 0.001 && Math.abs(adam[3] - 1.674) < 0.001;
    }
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(pytorch-engine|pytorch-native-cpu)-[0-9][^/]*$'
java -DDJL_CACHE_DIR=cache -Dai.djl.offline=true -cp "$(cat classpath)" Finding.java
