#!/usr/bin/env bash
# ND4J: values that are not finite cannot be replaced by their name, and finite ones are replaced by others.
#
# Expected: BooleanIndexing.replaceWhere(x, 0, Conditions.notFinite()) writes 0 where x is NaN or infinite, as it does
#           with isNan() and isInfinite(); with isFinite() it writes 0 where x is finite.
# Happens:  with notFinite() nothing is replaced; native code prints "Undefined boolean operation: [15]", Java throws
#           nothing. With isFinite() -1 is written for 0, into NaN too. To count with both conditions is
#           right. Nd4j.math().isNaN, isInfinite and isFinite throw for every array.
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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.BooleanIndexing;
import org.nd4j.linalg.indexing.conditions.Condition;
import org.nd4j.linalg.indexing.conditions.Conditions;

public class Finding {
  static final float[] VALUES = {1, Float.NaN, 2, Float.POSITIVE_INFINITY};

  static float[] replaced(String name, Condition condition) {
    INDArray x = Nd4j.createFromArray(VALUES);
    BooleanIndexing.replaceWhere(x, 0, condition);
    float[] result = x.toFloatVector();
    System.out.println(name + ": 0 is written: " + Arrays.toString(result));
    return result;
  }

  public static void main(String[] args) {
    float[] nan = replaced("isNan", Conditions.isNan());
    float[] not = replaced("notFinite", Conditions.notFinite());
    float[] finite = replaced("isFinite", Conditions.isFinite());
    long count = Nd4j.createFromArray(VALUES).scan(Conditions.notFinite()).longValue();
    boolean thrown = false;
    try {
      Nd4j.math().isNaN(Nd4j.createFromArray(VALUES));
    } catch (RuntimeException e) {
      thrown = true;
      System.out.println("Nd4j.math().isNaN: " + e.getMessage());
    }
    System.out.println("values that are not finite: " + count);
    boolean asFound =
        nan[1] == 0
            && Arrays.equals(not, VALUES)
            && finite[0] != 0
            && !Float.isNaN(finite[1])
            && count == 2
            && thrown;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
