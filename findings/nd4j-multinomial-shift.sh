#!/usr/bin/env bash
# ND4J: random_multinomial draws class 0 too often, by how far the logits are below 0.
#
# Expected: draws by unnormalised logits do not change when all logits are shifted: with the logarithms
#           of 0.2, 0.3, 0.5 class 0 has a share of 0.2, as with 10 added to or taken from each.
# Happens:  0.494, 0.200 and 1.000. Each draw is the largest of logit plus Gumbel noise, and the search
#           begins with class 0 at the value 0 instead of minus infinity: with log probabilities, which
#           is what TensorFlow's Multinomial is usually given and this operation imported for, class 0
#           gets 1/e of all draws for nothing.
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64.
# Prints:   shift 0:    class 0 in 0.494 of the draws
#           shift 10:   class 0 in 0.200 of the draws
#           shift -10:  class 0 in 1.000 of the draws
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
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  /** The share of class 0 in 100,000 draws by log 0.2, log 0.3, log 0.5, shifted. */
  static double share(double shift) {
    float[][] logits = new float[1][3];
    double[] probabilities = {0.2, 0.3, 0.5};
    for (int i = 0; i < 3; i++) {
      logits[0][i] = (float) (Math.log(probabilities[i]) + shift);
    }
    Nd4j.getRandom().setSeed(1);
    INDArray drawn =
        Nd4j.exec(
            DynamicCustomOp.builder("random_multinomial")
                .addInputs(Nd4j.createFromArray(logits), Nd4j.scalar(100_000))
                .addIntegerArguments(0, DataType.INT32.toInt())
                .build())[0];
    double share = drawn.eq(0).castTo(DataType.INT32).sumNumber().doubleValue() / 100_000;
    System.out.printf("shift %-5s class 0 in %.3f of the draws%n", (int) shift + ":", share);
    return share;
  }

  public static void main(String[] args) {
    boolean asFound =
        Math.abs(share(0) - 0.494) < 0.01
            && Math.abs(share(10) - 0.2) < 0.01
            && share(-10) > 0.99;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
