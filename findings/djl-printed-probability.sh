#!/usr/bin/env bash
# DJL: to print a classification changes its probability.
#
# Expected: toString() of a Classification, which a log, an exception or a debugger calls, leaves it as it is.
# Happens:  it cuts the probability off after five digits, and keeps the result, as a float: 0.95 becomes 0.949999988,
#           which is below a threshold of 0.95 for pseudo-labels, and 0.0000199 becomes 0.00001. Whether an image is
#           used depends on whether somebody looked.
# With:     DJL 0.33.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>ai.djl</groupId><artifactId>api</artifactId>
<version>0.33.0</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>2.0.17</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import ai.djl.modality.Classifications;
import ai.djl.modality.Classifications.Classification;
import java.util.List;

public class Finding {
  public static void main(String[] args) {
    Classifications all =
        new Classifications(List.of("cat", "dog", "owl"), List.of(0.95, 0.0499801, 0.0000199));
    Classification cat = all.get("cat");
    Classification owl = all.get("owl");
    boolean before = cat.getProbability() >= 0.95;
    System.out.println("before: " + cat.getProbability() + " " + owl.getProbability());
    System.out.println(cat);
    System.out.println(owl);
    boolean after = cat.getProbability() >= 0.95;
    System.out.println("after:  " + cat.getProbability() + " " + owl.getProbability());
    System.out.println("at least 0.95: " + before + ", then " + after);
    boolean asFound = before && !after && Math.abs(owl.getProbability() - 0.00001) < 1e-9;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'api-0[^/]*$'
java -cp "$(cat classpath)" Finding.java
