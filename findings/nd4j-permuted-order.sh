#!/usr/bin/env bash
# ND4J: an array whose axes were permuted says that it is in c order and no view, and is neither.
#
# Expected: ordering() 'c' and isView() false mean that data() holds the elements one after the other, so images of
#           channels last, permuted to channels first, can be handed to another library as they lie in memory.
# Happens:  nhwc.permute(0, 3, 1, 2) has both, and its data() is that of nhwc: red, green, blue, red, where all of red
#           is due. So has a swap of height and width. Whoever tests these two before he skips a copy hands on pixels in
#           another order, of the right number and shape. A transposed matrix says 'f', rightly. dup('c') copies, and
#           Shape.hasDefaultStridesForShape, of an array in c order, tells.
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64.
# Prints:   nhwc: [1, 2, 2, 3] c, view false: [1.0, 2.0, 3.0, 4.0, ...], default strides true
#           permuted: [1, 3, 2, 2] c, view false: [1.0, 2.0, 3.0, 4.0, ...], default strides false
#           copied: [1, 3, 2, 2] c, view false: [1.0, 4.0, 7.0, 10.0, ...], default strides true
#           swapped: [1, 2, 2, 3] c, view false: [1.0, 2.0, 3.0, 4.0, ...], default strides false
#           matrix, transposed: [3, 2] f, view false: [1.0, 2.0, 3.0, 4.0, ...], default strides true
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
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  static void print(String name, INDArray array) {
    System.out.printf(
        "%s: %s %s, view %s: %s, default strides %s%n",
        name,
        Arrays.toString(array.shape()),
        array.ordering(),
        array.isView(),
        Arrays.toString(array.data().asFloat()),
        Shape.hasDefaultStridesForShape(array));
  }

  /** Whether an array says that its memory is in c order, and it is not. */
  static boolean isWrong(INDArray array) {
    return array.ordering() == 'c'
        && !array.isView()
        && !Arrays.equals(array.data().asFloat(), array.dup('c').data().asFloat());
  }

  public static void main(String[] args) {
    INDArray nhwc =
        Nd4j.createFromArray(new float[][][][] {{{{1, 2, 3}, {4, 5, 6}}, {{7, 8, 9}, {10, 11, 12}}}});
    INDArray permuted = nhwc.permute(0, 3, 1, 2);
    INDArray swapped = nhwc.permute(0, 2, 1, 3);
    INDArray matrix = Nd4j.createFromArray(new float[][] {{1, 2, 3}, {4, 5, 6}});
    print("nhwc", nhwc);
    print("permuted", permuted);
    print("copied", permuted.dup('c'));
    print("swapped", swapped);
    print("matrix, transposed", matrix.transpose());
    boolean asFound = !isWrong(nhwc) && isWrong(permuted) && isWrong(swapped);
    asFound &= !isWrong(permuted.dup('c')) && !Shape.hasDefaultStridesForShape(permuted);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
