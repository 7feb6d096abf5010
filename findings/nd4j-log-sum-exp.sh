#!/usr/bin/env bash
# ND4J: a row's logarithm of summed exponentials depends on the other rows.
#
# Expected: logSumExp along dimension 1 of the row 200, 100 is 200, whatever else the matrix holds.
# Happens:  it is 200 where the row is alone, and minus infinity beside the row 1000, 1: what is taken
#           off before the exponential is the maximum of the whole array, not of the row. Rows that are
#           some 100 below the largest one vanish, which is what the maximum is taken off for.
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64.
# Prints:   alone:              200.0
#           beside 1000 and 1:  -Infinity
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
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  static double first(float[][] rows) {
    return Nd4j.math().logSumExp(Nd4j.createFromArray(rows), 1).getDouble(0);
  }

  public static void main(String[] args) {
    double alone = first(new float[][] {{200, 100}});
    double beside = first(new float[][] {{200, 100}, {1000, 1}});
    System.out.println("alone:              " + alone);
    System.out.println("beside 1000 and 1:  " + beside);
    boolean asFound = alone == 200 && beside == Double.NEGATIVE_INFINITY;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
