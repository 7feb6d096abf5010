#!/usr/bin/env bash
# ND4J and DL4J: the seed 0 is not a seed.
#
# Expected: two networks with seed(0) begin with the same weights, as two with seed(1) do.
# Happens:  0 stands for the time of day; each network is another one, also after
#           Nd4j.getRandom().setSeed(0). The configuration that is saved says 0.
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
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  static INDArray weights(long seed) throws InterruptedException {
    Thread.sleep(20); // So that the time of day differs.
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .list()
                .layer(new OutputLayer.Builder().nIn(3).nOut(2).build())
                .build());
    network.init();
    return network.params().dup();
  }

  static INDArray drawn(long seed) throws InterruptedException {
    Thread.sleep(20);
    Nd4j.getRandom().setSeed(seed);
    return Nd4j.rand(1, 4);
  }

  public static void main(String[] args) throws InterruptedException {
    boolean network0 = weights(0).equals(weights(0));
    boolean network1 = weights(1).equals(weights(1));
    boolean drawn0 = drawn(0).equals(drawn(0));
    boolean drawn1 = drawn(1).equals(drawn(1));
    System.out.println("two networks with seed 1 equal: " + network1 + ", with seed 0: " + network0);
    System.out.println("two draws with seed 1 equal:    " + drawn1 + ", with seed 0: " + drawn0);
    boolean asFound = network1 && drawn1 && !network0 && !drawn0;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
