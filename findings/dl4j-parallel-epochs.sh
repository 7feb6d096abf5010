#!/usr/bin/env bash
# DL4J: a network that several workers train stays in its first epoch, and at its first learning rate.
#
# Expected: after each ParallelWrapper.fit(iterator) the network has seen one epoch more, as after
#           MultiLayerNetwork.fit(iterator), and a schedule by epochs (ScheduleType.EPOCH) lowers the learning rate.
# Happens:  the number of epochs stays 0 after three of them, and the learning rate 1 where one worker
#           alone is at 0.01.
# With:     DL4J and ND4J 1.0.0-M2.1 (CPU).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.deeplearning4j</groupId><artifactId>deeplearning4j-parallel-wrapper</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

public class Finding {
  static MultiLayerNetwork trained(boolean parallel) throws Exception {
    MapSchedule rate =
        new MapSchedule.Builder(ScheduleType.EPOCH).add(0, 1.).add(1, 0.1).add(2, 0.01).build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(rate))
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(1)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    List<DataSet> batches = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      batches.add(new DataSet(Nd4j.ones(2, 1), Nd4j.ones(2, 1)));
    }
    ExistingDataSetIterator data = new ExistingDataSetIterator(batches);
    try (ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(network).workers(2).averagingFrequency(1).build()) {
      for (int epoch = 0; epoch < 3; epoch++) {
        data.reset();
        if (parallel) {
          wrapper.fit(data);
        } else {
          network.fit(data);
        }
      }
    }
    System.out.println(
        (parallel ? "two workers: " : "one network: ")
            + network.getEpochCount()
            + " epochs, learning rate "
            + network.getLearningRate(0));
    return network;
  }

  public static void main(String[] args) throws Exception {
    MultiLayerNetwork one = trained(false);
    MultiLayerNetwork two = trained(true);
    boolean asFound =
        one.getEpochCount() == 3
            && one.getLearningRate(0) == 0.01
            && two.getEpochCount() == 0
            && two.getLearningRate(0) == 1;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-parallel-wrapper)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
