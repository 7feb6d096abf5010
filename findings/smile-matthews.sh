#!/usr/bin/env bash
# Smile: the Matthews correlation of a perfect classifier of 100,000 images is below 0.
#
# Expected: MatthewsCorrelation of labels with predictions that are all right is 1, for any number of images.
# Happens:  with 50,000 images of each of two classes it is -0.718, and of 120,000 with 2% wrong -0.233 for 0.96: the
#           counts of the confusion matrix are multiplied as 32-bit integers, which overflow. Of 90,000 it is 1.
# With:     Smile 3.1.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>com.github.haifengl</groupId><artifactId>smile-core</artifactId>
<version>3.1.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>2.0.17</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import smile.validation.metric.MatthewsCorrelation;

public class Finding {
  /** The correlation where one in so many predictions is wrong in each class; 0: none. */
  static double correlation(int images, int wrong) {
    int[] labels = new int[images];
    int[] predictions = new int[images];
    for (int i = 0; i < images; i++) {
      labels[i] = i % 2;
      predictions[i] = wrong > 0 && i / 2 % wrong == 0 ? 1 - labels[i] : labels[i];
    }
    double correlation = MatthewsCorrelation.of(labels, predictions);
    System.out.printf("%d images, %s wrong: %.3f%n", images, wrong == 0 ? "none" : "1 of " + wrong, correlation);
    return correlation;
  }

  public static void main(String[] args) {
    boolean asFound = Math.abs(correlation(90_000, 0) - 1) < 1e-9;
    asFound &= Math.abs(correlation(100_000, 4) - 0.5) < 1e-9;
    double perfect = correlation(100_000, 0);
    double nearly = correlation(120_000, 50);
    asFound &= perfect < -0.7 && nearly < 0;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'smile-(base|core)-[0-9][^/]*$'
java -cp "$(cat classpath)" Finding.java
