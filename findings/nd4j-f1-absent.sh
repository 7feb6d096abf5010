#!/usr/bin/env bash
# ND4J: the F1 score of a classifier that is wrong on half the images is 1.
#
# Expected: of two images, of classes 0 and 1, the second is taken for class 2. The F1 of class 0 is 1,
#           that of class 1 is 0 (scikit-learn: nothing right of it), and the macro average is at most
#           0.5.
# Happens:  f1() is 1.0 beside an accuracy of 0.5: a class of whose images none is found, and that is
#           never predicted, has a precision of 0/0 and is left out of the average, as is one that has
#           no images. The worse the classes that are missed, the better the average.
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64.
# Prints:   accuracy 0.5, F1 1.0
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
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) {
    Evaluation evaluation = new Evaluation(3);
    evaluation.eval(
        Nd4j.createFromArray(new float[][] {{1, 0, 0}, {0, 1, 0}}),
        Nd4j.createFromArray(new float[][] {{1, 0, 0}, {0, 0, 1}}));
    System.out.println("accuracy " + evaluation.accuracy() + ", F1 " + evaluation.f1());
    boolean asFound = evaluation.accuracy() == 0.5 && evaluation.f1() == 1;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
