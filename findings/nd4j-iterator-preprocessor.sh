#!/usr/bin/env bash
# ND4J: one iterator scales its data again in every epoch, another never does.
#
# Expected: pixels of 255 with ImagePreProcessingScaler(0, 1) are 1 in every batch of every epoch, as from
#           DL4J's ExistingDataSetIterator and SamplingDataSetIterator.
# Happens:  ViewIterator's batches are views, so the scaler writes into the data set: 1 in the first epoch,
#           0.0039 in the second, 0.000015 in the third. KFoldIterator takes a preprocessor and never
#           calls it: 255 in both folds, also in testFold().
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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.KFoldIterator;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  static DataSet white() {
    return new DataSet(Nd4j.valueArrayOf(new long[] {4, 1, 2, 2}, 255.0), Nd4j.eye(2).repeat(0, 2));
  }

  /** The brightest pixel of each of three epochs. */
  static double[] epochs(String name, DataSetIterator iterator) {
    iterator.setPreProcessor(new ImagePreProcessingScaler(0, 1));
    double[] brightest = new double[3];
    for (int epoch = 0; epoch < 3; epoch++) {
      if (epoch > 0) {
        iterator.reset();
      }
      while (iterator.hasNext()) {
        double batch = iterator.next().getFeatures().maxNumber().doubleValue();
        brightest[epoch] = Math.max(brightest[epoch], batch);
      }
    }
    System.out.printf(
        "%s: %.6f, then %.6f, then %.6f%n", name, brightest[0], brightest[1], brightest[2]);
    return brightest;
  }

  public static void main(String[] args) {
    double[] existing =
        epochs(
            "ExistingDataSetIterator",
            new org.deeplearning4j.datasets.iterator.ExistingDataSetIterator(white().batchBy(2)));
    double[] views = epochs("ViewIterator", new ViewIterator(white(), 2));
    KFoldIterator folds = new KFoldIterator(2, white());
    double[] trained = epochs("KFoldIterator", folds);
    INDArray tested = folds.testFold().getFeatures();
    System.out.println("the last test fold: " + tested.maxNumber());
    boolean asFound =
        existing[2] == 1
            && views[0] == 1
            && Math.abs(views[1] * 255 - 1) < 1e-3
            && Math.abs(views[2] * 255 * 255 - 1) < 1e-3
            && trained[0] == 255
            && trained[2] == 255
            && tested.maxNumber().doubleValue() == 255;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
