#!/usr/bin/env bash
# DL4J: early stopping begins to count the epochs again, and its best score is 0.
#
# Expected: a network that has been trained for 10 epochs goes on with EarlyStoppingTrainer as with fit: 3
#           more are 13, and a rate by epochs stays at 0.001. getBestModelScore is the score of the best
#           epoch, as getScoreVsEpoch has it.
# Happens:  the trainer sets the count to 0, 1, 2: the rate is 0.1 again, so the weights move a hundred times
#           as far. The count of iterations goes on, so the two no longer fit together. The best score
#           is 0.0, whatever the loss or accuracy was: it is asked of a copy, which has none.
# With:     DL4J and ND4J 1.0.0-M2.1 (CPU).
# Prints:   after ten:              epochs 10, rate 0.0010, moved by 0.000000
#           three more by fit:      epochs 13, rate 0.0010, moved by 0.002297
#           by EarlyStoppingTrainer: epochs 2, rate 0.1000, moved by 0.227112
#           loss 0.9582, best score 0.0000
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
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

public class Finding {
  static ViewIterator images() {
    return new ViewIterator(new DataSet(Nd4j.eye(4), Nd4j.eye(4)), 2);
  }

  /** How far a network's parameters have moved, with its count of epochs and its rate. */
  static double moved(String what, MultiLayerNetwork network, INDArray before) {
    double distance = network.params().distance2(before);
    System.out.printf(
        "%s epochs %d, rate %.4f, moved by %.6f%n",
        what, network.getEpochCount(), network.getLearningRate(0), distance);
    return distance;
  }

  public static void main(String[] args) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(new StepSchedule(ScheduleType.EPOCH, 0.1, 0.1, 5)))
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(4)
                        .nOut(4)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    network.fit(images(), 10);
    INDArray before = network.params().dup();
    moved("after ten:             ", network, before);

    MultiLayerNetwork other = network.clone();
    other.fit(images(), 3);
    double byFit = moved("three more by fit:     ", other, before);

    EarlyStoppingResult<MultiLayerNetwork> result =
        new EarlyStoppingTrainer(
                new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
                    .epochTerminationConditions(new MaxEpochsTerminationCondition(3))
                    .scoreCalculator(new DataSetLossCalculator(images(), true))
                    .build(),
                network,
                images())
            .fit();
    double byTrainer = moved("by EarlyStoppingTrainer:", network, before);
    double best = result.getScoreVsEpoch().get(result.getBestModelEpoch());
    System.out.printf("loss %.4f, best score %.4f%n", best, result.getBestModelScore());
    boolean asFound =
        other.getEpochCount() == 13
            && network.getEpochCount() == 2
            && byTrainer > 90 * byFit
            && best > 0.1
            && result.getBestModelScore() == 0;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
