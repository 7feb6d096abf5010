#!/usr/bin/env bash
# ND4J: the k largest of equal values are the same value k times, or fewer than there are.
#
# Expected: top_k of 1, 3, 3, 2 with k = 2 gives 3 and 3, at 1 and 2; of four equal values, two
#           different places.
# Happens:  3 and 2, at 2 and 3; of four equal values the last place twice. Whatever equals a value
#           that has been taken is passed over, though the operation is imported for TensorFlow's TopK
#           (which returns both). Neighbours by similarities that tie, or votes of quantised
#           probabilities, lose images without a word.
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64.
# Prints:   top 2 of 1, 3, 3, 2: 3.0 2.0 at 2 3
#           top 2 of 5, 5, 5, 5: 5.0 5.0 at 3 3
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
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  /** The values and places of the two largest. */
  static String top2(float... values) {
    INDArray[] found =
        Nd4j.exec(
            DynamicCustomOp.builder("top_k")
                .addInputs(Nd4j.createFromArray(values))
                .addIntegerArguments(2, 1)
                .build());
    return "%s %s at %s %s"
        .formatted(
            found[0].getFloat(0), found[0].getFloat(1), found[1].getInt(0), found[1].getInt(1));
  }

  public static void main(String[] args) {
    String different = top2(1, 4, 3, 2);
    String two = top2(1, 3, 3, 2);
    String all = top2(5, 5, 5, 5);
    System.out.println("top 2 of 1, 4, 3, 2: " + different);
    System.out.println("top 2 of 1, 3, 3, 2: " + two);
    System.out.println("top 2 of 5, 5, 5, 5: " + all);
    boolean asFound =
        different.equals("4.0 3.0 at 1 2")
            && two.equals("3.0 2.0 at 2 3")
            && all.equals("5.0 5.0 at 3 3");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
