#!/usr/bin/env bash
# ND4J: where the largest value is depends on where a NaN stands, and max passes it over.
#
# Expected: NaN is the maximum and its place is argMax, as in PyTorch and NumPy; or it is ignored
#           everywhere.
# Happens:  a NaN in the first place is taken (argMax 0), one further on is passed over (argMax 2 of
#           1, NaN, 2); max passes it over in both. A network that has diverged to NaN predicts its
#           first class for every image, and has that class's share as its accuracy.
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64.
# Prints:   argMax of NaN, 1, 2:     0
#           argMax of 1, NaN, 2:     2
#           argMax of three NaN:     0
#           max of NaN, 1, 2:        2.0
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
  static int argMax(float... values) {
    return Nd4j.argMax(Nd4j.createFromArray(values)).getInt(0);
  }

  public static void main(String[] args) {
    float nan = Float.NaN;
    int first = argMax(nan, 1, 2);
    int later = argMax(1, nan, 2);
    int all = argMax(nan, nan, nan);
    double max = Nd4j.createFromArray(nan, 1, 2).maxNumber().doubleValue();
    double laterMax = Nd4j.createFromArray(1, nan, 2).maxNumber().doubleValue();
    System.out.println("argMax of NaN, 1, 2:     " + first);
    System.out.println("argMax of 1, NaN, 2:     " + later);
    System.out.println("argMax of three NaN:     " + all);
    System.out.println("max of NaN, 1, 2:        " + max);
    boolean asFound = first == 0 && later == 2 && all == 0 && max == 2 && laterMax == 2;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
