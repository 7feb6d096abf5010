#!/usr/bin/env bash
# DL4J: a cut of the learning rate does not reach what Nesterovs has gathered.
#
# Expected: with a constant gradient of 1, momentum 0.9 and a rate that falls from 1 to 0.1 at the third
#           step, the updates of PyTorch's SGD(nesterov=True): 1.9, 2.71, 0.34390, ...
# Happens:  1.9, 2.71, 1.729: equal to PyTorch's until the rate changes, then five times as large. The
#           momentum holds rate times gradient, so what was gathered at the old rate decays on at it.
#           A published step schedule trains another network, and so does a warm-up.
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
import org.nd4j.linalg.learning.config.Nesterovs;

public class Finding {
  public static void main(String[] args) {
    Nesterovs config = new Nesterovs(1, 0.9);
    GradientUpdater<?> updater = config.instantiate(Nd4j.zeros(1, 1), true);
    double gathered = 0;
    double last = 0;
    for (int step = 0; step < 3; step++) {
      double rate = step < 2 ? 1 : 0.1;
      config.setLearningRate(rate);
      INDArray update = Nd4j.ones(1, 1);
      updater.applyUpdater(update, step, 0);
      gathered = 0.9 * gathered + 1; // PyTorch's formula.
      double expected = rate * (1 + 0.9 * gathered);
      last = update.getDouble(0) / expected;
      System.out.printf(
          "step %d, rate %.1f: update %.5f, PyTorch's %.5f%n",
          step, rate, update.getDouble(0), expected);
      if (step < 2 && Math.abs(last - 1) > 1e-5) {
        System.out.println("CHANGED");
        System.exit(1);
      }
    }
    boolean asFound = Math.abs(last - 1.729 / 0.3439) < 1e-3;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
