#!/usr/bin/env bash
# ND4J: the place of the largest absolute value is that of the largest value.
#
# Expected: Nd4j.math().iamax finds where the absolute value is largest, and iamin where it is smallest, as BLAS's
#           functions of that name do: 1 and 3 of (3, -4, 1, -0.5). reduceAMax and reduceAMin find those values.
# Happens:  0 and 1: the places of the largest and the smallest value with their signs.
#           The operations ArgAmax and ArgAmin are right.
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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.indexaccum.custom.ArgAmax;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) {
    INDArray x = Nd4j.createFromArray(3f, -4f, 1f, -0.5f);
    long largest = Nd4j.math().iamax(x, 0).getLong(0);
    long smallest = Nd4j.math().iamin(x, 0).getLong(0);
    double value = Nd4j.math().reduceAMax(x, 0).getDouble(0);
    long operation = Nd4j.exec(new ArgAmax(new INDArray[] {x}))[0].getLong(0);
    System.out.println("of " + x);
    System.out.println("iamax " + largest + " for 1, iamin " + smallest + " for 3");
    System.out.println("reduceAMax " + value + ", ArgAmax " + operation);
    boolean asFound = largest == 0 && smallest == 1 && value == 4 && operation == 1;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
