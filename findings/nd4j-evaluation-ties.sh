#!/usr/bin/env bash
# ND4J: a network that tells nothing has an AUC of 0.75 or 0.25 and a top-5 accuracy of 100%.
#
# Expected: with the same probability for every image and class the area under the ROC curve is 0.5 in
#           any order of the images (scikit-learn), and the top-5 accuracy among ten classes is that of
#           some five of them, 50%.
# Happens:  the AUC of equal scores depends on the order of the labels, 0.75 for 1, 0, 1, 0 and 0.25 for
#           0, 1, 0, 1; and any number of classes may share the fifth place, so that a network whose
#           outputs are saturated or constant is always right.
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64.
# Prints:   AUC, labels 1 0 1 0:        0.75
#           AUC, labels 0 1 0 1:        0.25
#           top-5 accuracy of 10:       1.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native-platform</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.util.List;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.evaluation.classification.ROC;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  static double auc(float... labels) {
    ROC roc = new ROC(0); // Exact, not by thresholds.
    float[][] column = new float[labels.length][1];
    for (int i = 0; i < labels.length; i++) {
      column[i][0] = labels[i];
    }
    INDArray truth = Nd4j.createFromArray(column);
    roc.eval(truth, Nd4j.valueArrayOf(truth.shape(), 0.5f));
    return roc.calculateAUC();
  }

  public static void main(String[] args) {
    double positiveFirst = auc(1, 0, 1, 0);
    double negativeFirst = auc(0, 1, 0, 1);
    List<String> classes = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    Evaluation evaluation = new Evaluation(classes, 5);
    evaluation.eval(Nd4j.eye(10), Nd4j.valueArrayOf(new long[] {10, 10}, 0.1f));
    double top5 = evaluation.topNAccuracy();
    System.out.println("AUC, labels 1 0 1 0:        " + positiveFirst);
    System.out.println("AUC, labels 0 1 0 1:        " + negativeFirst);
    System.out.println("top-5 accuracy of 10:       " + top5);
    boolean asFound = positiveFirst == 0.75 && negativeFirst == 0.25 && top5 == 1;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
