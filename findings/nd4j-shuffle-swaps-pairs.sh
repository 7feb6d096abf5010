#!/usr/bin/env bash
# ND4J: to shuffle is to swap: classes that alternate still alternate.
#
# Expected: any order, as from NumPy's shuffle or Collections.shuffle. Of ten examples, the classes of
#           which alternate, 2 orders in 252 alternate again; two examples stay as they are
#           every second time; another shuffle with the same seed mixes them further.
# Happens:  every example at an even place changes places with one at an odd place. The classes
#           alternate after each of 1000 shuffles, two examples change places each time, and the
#           same seed a second time brings the first order back. So for DataSet.shuffle (and the
#           random splitTestAndTrain, which calls it) and for Nd4j.shuffle.
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
import java.util.Arrays;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  /** The examples 0, 1, 2, ..., of the classes 0, 1, 0, 1, ... */
  static DataSet examples(int n) {
    INDArray labels = Nd4j.zeros(n, 2);
    for (int i = 0; i < n; i++) {
      labels.putScalar(i, i % 2, 1);
    }
    return new DataSet(Nd4j.arange(n).reshape(n, 1), labels);
  }

  static int[] order(INDArray examples) {
    return examples.dup().reshape(examples.length()).toIntVector();
  }

  static boolean alternates(int[] order) {
    for (int i = 1; i < order.length; i++) {
      if (order[i] % 2 == order[i - 1] % 2) {
        return false;
      }
    }
    return true;
  }

  public static void main(String[] args) {
    int n = 1000;
    int alternating = 0;
    int alternatingArrays = 0;
    int swapped = 0;
    int restored = 0;
    for (int seed = 1; seed <= n; seed++) {
      DataSet ten = examples(10);
      ten.shuffle(seed);
      if (seed <= 3) {
        System.out.println("ten examples: " + Arrays.toString(order(ten.getFeatures())));
      }
      alternating += alternates(order(ten.getFeatures())) ? 1 : 0;
      ten.shuffle(seed);
      restored += Arrays.equals(order(ten.getFeatures()), order(examples(10).getFeatures())) ? 1 : 0;
      DataSet two = examples(2);
      two.shuffle(seed);
      swapped += order(two.getFeatures())[0] == 1 ? 1 : 0;
      INDArray rows = Nd4j.arange(10).reshape(10, 1);
      Nd4j.shuffle(rows, new Random(seed), 1);
      alternatingArrays += alternates(order(rows)) ? 1 : 0;
    }
    System.out.printf(
        "of %d shuffles of ten, %d alternate (expected: about 8); of Nd4j.shuffle, %d%n",
        n, alternating, alternatingArrays);
    System.out.printf("of %d shuffles of two, %d change places (expected: about 500)%n", n, swapped);
    System.out.printf("of %d second shuffles, %d restore the order (expected: about 0)%n", n, restored);
    boolean asFound =
        alternating == n && alternatingArrays == n && swapped == n && restored == n;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
