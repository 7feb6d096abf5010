#!/usr/bin/env bash
# Commons Math: Wilcoxon's test finds two classifiers significantly different that are right equally often.
#
# Expected: WilcoxonSignedRankTest of the accuracies of two classifiers on 10 data sets that are the same on each has a
#           p-value of 1, or none, and a p-value is never above 1. Differences of 0 are left out, or halved between
#           the signs (SciPy's zero_method).
# Happens:  0.002, and 2e-6 with 20 data sets: a difference of 0 counts as one in favour of either, whichever order
#           they are given in. With one data set for each side and 18 of 20 equal it is 0.0006. (The documentation asks
#           for differences of a continuous distribution, which accuracies, of so many images, are not.) With 8
#           differences that balance each other the p-value is 1.05.
# With:     commons-math3 3.6.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.apache.commons</groupId><artifactId>commons-math3</artifactId>
<version>3.6.1</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import org.apache.commons.math3.stat.inference.WilcoxonSignedRankTest;

public class Finding {
  /** The p-value of accuracies, in percent, of two classifiers with some differences, on the first data sets. */
  static double test(String what, int dataSets, int... differences) {
    double[] first = new double[dataSets];
    double[] second = new double[dataSets];
    for (int i = 0; i < dataSets; i++) {
      first[i] = 70 + i;
      second[i] = first[i] + (i < differences.length ? differences[i] : 0);
    }
    WilcoxonSignedRankTest test = new WilcoxonSignedRankTest();
    double p = test.wilcoxonSignedRankTest(first, second, true);
    System.out.printf("%d data sets, %s: p = %.3g, the other way round %.3g%n", dataSets, what, p,
        test.wilcoxonSignedRankTest(second, first, true));
    return p;
  }

  public static void main(String[] args) {
    boolean asFound = test("all equal", 10) < 0.01;
    asFound &= test("all equal", 20) < 1e-5;
    asFound &= test("one better, one worse, else equal", 20, 1, -1) < 0.001;
    asFound &= test("balanced", 8, 1, -2, 3, -4, -5, 6, -7, 8) > 1;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'commons-math3-[0-9][^/]*$'
java -cp "$(cat classpath)" Finding.java
