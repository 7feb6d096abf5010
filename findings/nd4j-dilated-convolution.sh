#!/usr/bin/env bash
# ND4J: a dilated convolution fails in float32 where ND4J has oneDNN.
#
# Expected: conv2d with a dilation of 2 gives the same output in float32 as in float64, with any of
#           ND4J's builds.
# Happens:  with the natives that have oneDNN the operation throws in float32; in float64, which does
#           not go to oneDNN, and without dilation it runs.
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64-onednn.
# Prints:   float32 without dilation: right
#           float32 with dilation 2:  throws
#           float64 with dilation 2:  right
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version>
<exclusions><exclusion><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId></exclusion></exclusions></dependency>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version><classifier>linux-x86_64-onednn</classifier>
<exclusions><exclusion><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId></exclusion></exclusions></dependency>
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
  static String run(DataType type, int dilation) {
    INDArray x = Nd4j.ones(type, 1, 2, 9, 9);
    INDArray w = Nd4j.ones(type, 3, 2, 3, 3);
    int side = 9 - 2 * dilation;
    INDArray y = Nd4j.zeros(type, 1, 3, side, side);
    DynamicCustomOp conv =
        DynamicCustomOp.builder("conv2d")
            .addInputs(x, w)
            .addOutputs(y)
            // kernel, stride, padding, dilation; explicit padding, NCHW, weights [oC, iC, kH, kW]
            .addIntegerArguments(3, 3, 1, 1, 0, 0, dilation, dilation, 0, 0, 1)
            .build();
    try {
      Nd4j.exec(conv);
    } catch (RuntimeException e) {
      return "throws";
    }
    return y.meanNumber().doubleValue() == 18 ? "right" : "wrong";
  }

  public static void main(String[] args) {
    String plain = run(DataType.FLOAT, 1);
    String dilated = run(DataType.FLOAT, 2);
    String doubles = run(DataType.DOUBLE, 2);
    System.out.println("float32 without dilation: " + plain);
    System.out.println("float32 with dilation 2:  " + dilated);
    System.out.println("float64 with dilation 2:  " + doubles);
    boolean asFound = plain.equals("right") && dilated.equals("throws") && doubles.equals("right");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'nd4j-native-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java 2>/dev/null
