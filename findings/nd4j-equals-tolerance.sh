#!/usr/bin/env bash
# ND4J: arrays are equal when they differ by less than 1e-5, whatever they hold.
#
# Expected: equals of a value type means the same values, or at least relative to their size; and equal
#           objects have equal hash codes, as java.lang.Object demands.
# Happens:  gradients of 1e-6 and -1e-6 are equal, and so are weights that a step at a small rate has
#           changed; their hash codes differ. A test by assertEquals that two small arrays are the same
#           holds of any two. equalsWithEps(other, 0) compares exactly.
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64.
# Prints:   1e-6, 2e-6 equals -1e-6, 5e-6:     true, hash codes equal: false
#           the same by equalsWithEps(_, 0):   false
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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) {
    INDArray a = Nd4j.createFromArray(1e-6f, 2e-6f);
    INDArray b = Nd4j.createFromArray(-1e-6f, 5e-6f);
    boolean equal = a.equals(b);
    boolean hash = a.hashCode() == b.hashCode();
    boolean exactly = a.equalsWithEps(b, 0);
    System.out.println(
        "1e-6, 2e-6 equals -1e-6, 5e-6:     " + equal + ", hash codes equal: " + hash);
    System.out.println("the same by equalsWithEps(_, 0):   " + exactly);
    boolean asFound = equal && !hash && !exactly;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
