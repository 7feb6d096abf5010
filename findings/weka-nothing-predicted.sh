#!/usr/bin/env bash
# Weka: a classifier whose probabilities are NaN has an error rate of 0 and a kappa of 1.
#
# Expected: a classifier that tells nothing about any image is wrong, or refused: an error rate of 1 or near that of
#           a guess, and a kappa of 0.
# Happens:  Evaluation counts an image whose probabilities are all NaN or 0 as unclassified, which is no error:
#           errorRate() is 0 and kappa() is 1, as of a perfect classifier, though pctCorrect() is 0. If 1 of 4 images
#           has probabilities, the right ones, they are 0 and 1 as well. Who picks the best of many trainings by one of
#           them picks the one that has diverged.
# With:     weka-stable 3.8.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>nz.ac.waikato.cms.weka</groupId><artifactId>weka-stable</artifactId>
<version>3.8.6</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.util.ArrayList;
import java.util.List;
import weka.classifiers.Evaluation;
import weka.core.Attribute;
import weka.core.DenseInstance;
import weka.core.Instances;

public class Finding {
  /** Evaluates probabilities of four images of two classes, and tells whether they are perfect by two measures. */
  static boolean perfect(String what, double[]... probabilities) throws Exception {
    ArrayList<Attribute> attributes =
        new ArrayList<>(List.of(new Attribute("pixel"), new Attribute("label", List.of("cat", "dog"))));
    Instances images = new Instances("images", attributes, 4);
    images.setClassIndex(1);
    for (int i = 0; i < 4; i++) {
      images.add(new DenseInstance(1, new double[] {i, i % 2}));
    }
    Evaluation evaluation = new Evaluation(images);
    for (int i = 0; i < 4; i++) {
      evaluation.evaluateModelOnceAndRecordPrediction(probabilities[i], images.instance(i));
    }
    System.out.printf(
        "%s: error rate %.2f, kappa %.2f, correct %.0f%%%n",
        what, evaluation.errorRate(), evaluation.kappa(), evaluation.pctCorrect());
    return evaluation.errorRate() == 0 && evaluation.kappa() == 1;
  }

  public static void main(String[] args) throws Exception {
    double[] none = {Double.NaN, Double.NaN};
    double[] cat = {0.9, 0.1};
    double[] dog = {0.1, 0.9};
    boolean asFound = perfect("all right", cat, dog, cat, dog);
    asFound &= !perfect("always the same", cat, cat, cat, cat);
    asFound &= perfect("always NaN", none, none, none, none);
    asFound &= perfect("right once, else NaN", cat, none, none, none);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'weka-stable-[0-9][^/]*$'
java -cp "$(cat classpath)" Finding.java 2>log || { cat log; exit 1; }
