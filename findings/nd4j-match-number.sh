#!/usr/bin/env bash
# ND4J: of the number that values are compared with, all comparisons but one know nothing, and that one keeps it.
#
# Expected: sureness.match(0.95, Conditions.greaterThan()) tells which values are greater than 0.95, as getWhere with
#           these arguments returns them: the mask of the predictions that are sure enough to be labels (FixMatch).
# Happens:  it tells which are above 0, as a condition without a value has 0: of four predictions all pass. So do
#           lessThan, equals and the others; greaterThanOrEqual alone compares with the number. It keeps it as well: a
#           condition greaterThanOrEqual(0.95) that went through match(0, ...) asks for 0 or more from then on.
#           Conditions that got their value when they were made are right where no number is given.
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
import org.nd4j.linalg.indexing.conditions.Condition;
import org.nd4j.linalg.indexing.conditions.Conditions;

public class Finding {
  static final INDArray SURENESS = Nd4j.createFromArray(0.2f, 0.5f, 0.95f, 0.99f);

  static long matching(String name, Condition condition) {
    INDArray mask = SURENESS.match(0.95, condition);
    long count = mask.castTo(SURENESS.dataType()).sumNumber().longValue();
    System.out.println("match(0.95, " + name + "()) of " + SURENESS + ": " + count);
    return count;
  }

  public static void main(String[] args) {
    boolean asFound =
        matching("greaterThan", Conditions.greaterThan()) == 4
            & matching("lessThan", Conditions.lessThan()) == 0
            & matching("greaterThanOrEqual", Conditions.greaterThanOrEqual()) == 2;
    float[] where = SURENESS.getWhere(0.95, Conditions.greaterThan()).toFloatVector();
    System.out.println("getWhere(0.95, greaterThan()): " + Arrays.toString(where));

    Condition sure = Conditions.greaterThanOrEqual(0.95f);
    Number before = SURENESS.scan(sure);
    SURENESS.match(0, sure);
    Number after = SURENESS.scan(sure);
    System.out.println("greaterThanOrEqual(0.95) counts " + before + ", then " + after);
    asFound &= where.length == 1 && before.intValue() == 2 && after.intValue() == 4;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
