#!/usr/bin/env bash
# DJL: a weighted L1 loss is the mean of the labels, whatever was predicted.
#
# Expected: L1Loss(name, weight) is the mean absolute error times weight, as its description says, and as L2Loss and the
#           other losses do it.
# Happens:  with any weight but 1 it is the mean of the labels times weight: the same for a perfect prediction as for
#           any other. Labels below 0 make it negative. With weight 1 it is right.
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
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.loss.L1Loss;
import ai.djl.training.loss.L2Loss;

public class Finding {
  public static void main(String[] args) {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDList label = new NDList(manager.create(new float[] {1, 0, 2}));
      NDList perfect = new NDList(manager.create(new float[] {1, 0, 2}));
      NDList other = new NDList(manager.create(new float[] {7, -5, 9}));
      float[] found = new float[2];
      for (NDList prediction : new NDList[] {perfect, other}) {
        float plain = new L1Loss().evaluate(label, prediction).getFloat();
        float half = new L1Loss("loss", 0.5f).evaluate(label, prediction).getFloat();
        float square = new L2Loss("loss", 0.5f).evaluate(label, prediction).getFloat();
        String name = prediction == perfect ? "perfect" : "other";
        System.out.println(name + ": L1 " + plain + ", with weight 0.5 " + half + ", L2 with weight 0.5 " + square);
        found[prediction == perfect ? 0 : 1] = half;
      }
      boolean asFound = found[0] == 0.5f && found[1] == 0.5f;
      System.out.println(asFound ? "as found" : "CHANGED");
      System.exit(asFound ? 0 : 1);
    }
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(pytorch-engine|pytorch-native-cpu)-[0-9][^/]*$'
java -DDJL_CACHE_DIR=cache -Dai.djl.offline=true -cp "$(cat classpath)" Finding.java
