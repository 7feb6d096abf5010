#!/usr/bin/env bash
# Smile: the KL divergence from a distribution that rules a class out is negative.
#
# Expected: MathEx.KullbackLeiblerDivergence(p, q) is infinite where p gives a class a probability that q has for 0, and
#           never negative (Gibbs' inequality): a teacher of (0.5, 0.5) and a prediction of (1, 0).
# Happens:  -0.347: classes of probability 0 in q are passed over, and the sum over the others may be below 0. The more
#           classes a prediction rules out wrongly, the nearer it seems.
# With:     Smile 3.1.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>com.github.haifengl</groupId><artifactId>smile-base</artifactId>
<version>3.1.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>2.0.12</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import smile.math.MathEx;

public class Finding {
  static double divergence(double[] p, double[] q) {
    double divergence = MathEx.KullbackLeiblerDivergence(p, q);
    System.out.printf("from (%.2f, %.2f) to (%.2f, %.2f): %.3f%n", p[0], p[1], q[0], q[1], divergence);
    return divergence;
  }

  public static void main(String[] args) {
    double[] teacher = {0.5, 0.5};
    double nearly = divergence(teacher, new double[] {0.99, 0.01});
    double certain = divergence(teacher, new double[] {1, 0});
    boolean asFound = nearly > 1.6 && Math.abs(certain + Math.log(2) / 2) < 1e-6;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(smile-base)-[0-9][^/]*$'
java -cp "$(cat classpath)" Finding.java
