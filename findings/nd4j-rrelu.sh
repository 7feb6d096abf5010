#!/usr/bin/env bash
# ND4J: the randomised leaky ReLU is a constant below 0 when tested, and learns as if it were not there.
#
# Expected: RReLU(l, u) multiplies negative values by a random slope of l to u in training, which is also
#           its gradient, and by (l + u) / 2 in inference (arXiv 1505.00853, PyTorch): with 0.2 and 0.2 it is
#           LReLU(0.2). The gradient of ELU(0.2) at -1 is 0.2 exp(-1) = 0.074.
# Happens:  in inference all that is below (l + u) / 2 becomes (l + u) / 2: 0.2 for -1 and for -4, so the
#           network is tested as another one than was trained. The gradient is 1 everywhere. ELU's
#           gradient is that of ELU(1), 0.368, whatever its alpha.
# With:     ND4J 1.0.0-M2.1 (CPU).
# Prints:   LReLU(0.2):       training -0.200 -0.800, inference -0.200 -0.800, gradient 0.200
#           RReLU(0.2, 0.2):  training -0.200 -0.800, inference 0.200 0.200, gradient 1.000
#           ELU(1):           training -0.632 -0.982, inference -0.632 -0.982, gradient 0.368
#           ELU(0.2):         training -0.126 -0.196, inference -0.126 -0.196, gradient 0.368
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
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  /** What -1 and -4 become in training and in inference, and the gradient at -1. */
  static boolean check(String what, IActivation activation, double... found) {
    INDArray input = Nd4j.createFromArray(new float[][] {{-1, -4}});
    INDArray training = activation.getActivation(input.dup(), true);
    INDArray gradient = activation.backprop(input.dup(), Nd4j.ones(1, 2)).getFirst();
    INDArray inference = activation.getActivation(input.dup(), false);
    double[] values = {
      training.getDouble(0),
      training.getDouble(1),
      inference.getDouble(0),
      inference.getDouble(1),
      gradient.getDouble(0)
    };
    System.out.printf(
        "%s training %.3f %.3f, inference %.3f %.3f, gradient %.3f%n",
        what, values[0], values[1], values[2], values[3], values[4]);
    boolean asFound = true;
    for (int i = 0; i < values.length; i++) {
      asFound &= Math.abs(values[i] - found[i]) < 1e-3;
    }
    return asFound;
  }

  public static void main(String[] args) {
    boolean asFound =
        check("LReLU(0.2):      ", new ActivationLReLU(0.2), -0.2, -0.8, -0.2, -0.8, 0.2)
            & check("RReLU(0.2, 0.2): ", new ActivationRReLU(0.2, 0.2), -0.2, -0.8, 0.2, 0.2, 1)
            & check(
                "ELU(1):          ", new ActivationELU(1), -0.632, -0.982, -0.632, -0.982, 0.368)
            & check(
                "ELU(0.2):        ", new ActivationELU(0.2), -0.126, -0.196, -0.126, -0.196, 0.368);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
