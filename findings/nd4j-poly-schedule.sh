#!/usr/bin/env bash
# ND4J: the polynomial decay of the learning rate grows.
#
# Expected: PolySchedule(ITERATION, 0.1, 2, 10) falls from 0.1 to 0 in ten steps as 0.1 (1 - i/10)^2, the
#           "poly" policy of Caffe and of segmentation papers.
# Happens:  0.100, 0.121, 0.144 ... 0.361 at the ninth step, and 0 from the tenth on: it is
#           0.1 (1 + i/10)^2. A network is trained with four times the rate at the end, and then not at
#           all.
# With:     ND4J 1.0.0-M2.1.
# Prints:   0.100 0.121 0.144 0.169 0.196 0.225 0.256 0.289 0.324 0.361 0.000
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
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;

public class Finding {
  public static void main(String[] args) {
    PolySchedule schedule = new PolySchedule(ScheduleType.ITERATION, 0.1, 2, 10);
    boolean asFound = true;
    for (int i = 0; i <= 10; i++) {
      double rate = schedule.valueAt(i, 0);
      double grows = i == 10 ? 0 : 0.1 * Math.pow(1 + i / 10.0, 2);
      asFound &= Math.abs(rate - grows) < 1e-9;
      System.out.printf("%.3f ", rate);
    }
    System.out.println();
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
