#!/usr/bin/env bash
# ND4J: rows of rows are empty.
#
# Expected: of a 10x4 matrix the rows 3 to 9, and of these the row 4, is row 7 of the matrix, as in
#           NumPy: 28, 29, 30, 31, sum 118.
# Happens:  it is an empty array of shape [], without an error: rows 0 to 3 of the part are right, and from
#           row 4 on, whose place in the whole matrix (element 28) is not below the number of the part's
#           elements (28), all are empty. getRow(4) and the rows of a copy are right. Whoever cuts batches
#           out of the later part of a data set meets errors far from the cause.
# With:     ND4J 1.0.0-M2.1 (CPU).
# Prints:   row 3 of rows 3 to 9: shape [1, 4], sum 102.0
#           row 4 of rows 3 to 9: shape [], empty
#           row 4 of a copy of them: shape [1, 4], sum 118.0
#           getRow(4): shape [4], sum 118.0
#           of the rows of rows 3 to 9 empty: 4 5 6
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
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

public class Finding {
  static INDArray rows(INDArray matrix, long from, long to) {
    return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  static String describe(INDArray array) {
    String shape = "shape " + Arrays.toString(array.shape());
    return shape + (array.isEmpty() ? ", empty" : ", sum " + array.sumNumber());
  }

  public static void main(String[] args) {
    INDArray matrix = Nd4j.arange(40).reshape(10, 4);
    INDArray part = rows(matrix, 3, 10);
    System.out.println("row 3 of rows 3 to 9: " + describe(rows(part, 3, 4)));
    System.out.println("row 4 of rows 3 to 9: " + describe(rows(part, 4, 5)));
    System.out.println("row 4 of a copy of them: " + describe(rows(part.dup(), 4, 5)));
    System.out.println("getRow(4): " + describe(part.getRow(4)));
    StringBuilder empty = new StringBuilder();
    for (int i = 0; i < 7; i++) {
      empty.append(rows(part, i, i + 1).isEmpty() ? " " + i : "");
    }
    System.out.println("of the rows of rows 3 to 9 empty:" + empty);
    boolean asFound =
        empty.toString().equals(" 4 5 6")
            && rows(part, 4, 5).rank() == 0
            && rows(part, 3, 4).sumNumber().intValue() == 102
            && rows(part.dup(), 4, 5).sumNumber().intValue() == 118
            && part.getRow(4).sumNumber().intValue() == 118;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
