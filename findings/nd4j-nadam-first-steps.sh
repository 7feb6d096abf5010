#!/usr/bin/env bash
# ND4J: Nadam's first step is 32 times too large.
#
# Expected: the rule of arXiv 1609.04747, which the updater's javadoc names: the first and the second
#           moment are both freed of their bias towards 0. With a rate of 1 and gradients of 1 the
#           updates are 1.90, 1.43, 1.27, ... (PyTorch 1.13's NAdam: 1.05, 0.78, 0.73).
# Happens:  60.08, 31.90, 23.18, ...: the second moment is not corrected, so the update at step t is
#           1 / sqrt(1 - beta2^t) times as large: 32 times at first, 3.2 times at step 100, 1.26 times
#           at step 1000. Adam, AMSGrad and AdaMax of the same library agree with PyTorch.
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
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;

public class Finding {
  /** The updates of 1000 steps, all with a gradient of 1. */
  static double[] updates(IUpdater config) {
    GradientUpdater<?> updater = config.instantiate(Nd4j.zeros(1, 2), true);
    double[] updates = new double[1000];
    for (int step = 0; step < updates.length; step++) {
      INDArray update = Nd4j.ones(1, 1);
      updater.applyUpdater(update, step, 0);
      updates[step] = update.getDouble(0);
    }
    return updates;
  }

  public static void main(String[] args) {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double[] nadam = updates(new Nadam(1, beta1, beta2, 1e-8));
    double[] adam = updates(new Adam(1, beta1, beta2, 1e-8));
    boolean asFound = true;
    for (int step = 1; step <= nadam.length; step++) {
      // Both corrected moments of a constant gradient of 1 are 1.
      double expected = beta1 + (1 - beta1) / (1 - Math.pow(beta1, step));
      double ratio = nadam[step - 1] / expected;
      if (step <= 3 || step == 100 || step == 1000) {
        System.out.printf(
            "step %d: Nadam %.2f, expected %.2f, %.2f times as large; Adam %.2f%n",
            step, nadam[step - 1], expected, ratio, adam[step - 1]);
      }
      asFound &= Math.abs(ratio * Math.sqrt(1 - Math.pow(beta2, step)) - 1) < 1e-2;
      asFound &= Math.abs(adam[step - 1] - 1) < 1e-2;
    }
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
