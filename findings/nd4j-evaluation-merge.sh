#!/usr/bin/env bash
# ND4J: merged evaluations are not those of all the data.
#
# Expected: two evaluations of parts, merged, equal one evaluation of all the data. R2 of six values
#           in two parts is 0.9626, as from scikit-learn 1.2.1's r2_score. Merging changes only the
#           evaluation that is merged into.
# Happens:  a merged RegressionEvaluation has an R2 of 0.9923: it leaves out the sum of the other's labels,
#           where its other measures are right. An empty EvaluationCalibration that takes in another
#           counts it twice, and doubles that other one itself; merging never takes in the counts of
#           labels and predictions and the histograms. ROCMultiClass shares what it takes in: another
#           merge changes the first part's AUC from 0.75 to 0.50.
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
import java.util.Arrays;
import org.nd4j.evaluation.classification.EvaluationCalibration;
import org.nd4j.evaluation.classification.ROCMultiClass;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  static INDArray column(double... values) {
    return Nd4j.createFromArray(values).reshape(values.length, 1);
  }

  /** Rows for the classes 0 and 1, from the values for class 1. */
  static INDArray rows(double... second) {
    INDArray values = column(second);
    return Nd4j.hstack(values.rsub(1), values);
  }

  static boolean near(double a, double b) {
    return Math.abs(a - b) < 1e-4;
  }

  public static void main(String[] args) {
    INDArray[] targets = {column(1, 2, 3), column(7, 8, 10)};
    INDArray[] outputs = {column(1.5, 2, 2.5), column(6, 8, 11)};
    RegressionEvaluation all = new RegressionEvaluation(1);
    RegressionEvaluation[] parts = {new RegressionEvaluation(1), new RegressionEvaluation(1)};
    for (int i = 0; i < 2; i++) {
      all.eval(targets[i], outputs[i]);
      parts[i].eval(targets[i], outputs[i]);
    }
    parts[0].merge(parts[1]);
    System.out.printf(
        "R2 of all %.4f, merged %.4f; squared error of all %.4f, merged %.4f%n",
        all.rSquared(0), parts[0].rSquared(0), all.meanSquaredError(0), parts[0].meanSquaredError(0));

    INDArray[] labels = {rows(0, 1, 0, 1), rows(0, 0)};
    INDArray[] probabilities = {rows(0.1, 0.65, 0.75, 0.85), rows(0.85, 0.9)};
    EvaluationCalibration merged = new EvaluationCalibration();
    EvaluationCalibration together = new EvaluationCalibration();
    EvaluationCalibration[] calibrations = {new EvaluationCalibration(), new EvaluationCalibration()};
    ROCMultiClass mergedRoc = new ROCMultiClass(0);
    ROCMultiClass[] rocs = {new ROCMultiClass(0), new ROCMultiClass(0)};
    for (int i = 0; i < 2; i++) {
      together.eval(labels[i], probabilities[i]);
      calibrations[i].eval(labels[i], probabilities[i]);
      rocs[i].eval(labels[i], probabilities[i]);
    }
    int before = calibrations[0].getRDiagBinTotalCount().getColumn(1).sumNumber().intValue();
    merged.merge(calibrations[0]);
    int first = merged.getRDiagBinTotalCount().getColumn(1).sumNumber().intValue();
    int after = calibrations[0].getRDiagBinTotalCount().getColumn(1).sumNumber().intValue();
    merged.merge(calibrations[1]);
    double inBin = together.getReliabilityDiagram(1).getFractionPositivesY()[3];
    double mergedInBin = merged.getReliabilityDiagram(1).getFractionPositivesY()[3];
    System.out.printf("calibration of %d examples, taken in: %d, itself afterwards: %d%n", before, first, after);
    System.out.printf("fraction of class 1 around 0.85: of all %.3f, merged %.3f%n", inBin, mergedInBin);
    System.out.printf(
        "labels of each class: of all %s, merged %s%n",
        Arrays.toString(together.getLabelCountsEachClass()),
        Arrays.toString(merged.getLabelCountsEachClass()));

    double auc = rocs[0].calculateAUC(1);
    mergedRoc.merge(rocs[0]);
    mergedRoc.merge(rocs[1]);
    double changed = rocs[0].calculateAUC(1);
    System.out.printf("AUC of the first part %.2f, after others were merged %.2f%n", auc, changed);
    boolean asFound =
        near(all.rSquared(0), 0.9626)
            && near(parts[0].rSquared(0), 0.9923)
            && near(all.meanSquaredError(0), parts[0].meanSquaredError(0))
            && before == 4
            && first == 8
            && after == 8
            && near(inBin, 0.5)
            && near(mergedInBin, 2.0 / 3)
            && merged.getLabelCountsEachClass() == null
            && near(auc, 0.75)
            && near(changed, 0.5);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
