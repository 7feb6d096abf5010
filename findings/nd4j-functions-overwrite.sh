#!/usr/bin/env bash
# ND4J: functions of arrays write their results into their arguments, some of them.
#
# Expected: Nd4j.math().log(p), Nd4j.nn().relu(x) and Nd4j.math().add(x, 1) return new arrays, as softmax(x) of
#           the same class does, the functions of Transforms do, and as add (for addi) does on an array.
# Happens:  log, exp, abs, square, relu, sigmoid, gelu, dropout, logSoftmax(x), pow(x, 2), add(x, 1) and others
#           overwrite the argument, and return it. softmax(x), logSoftmax(x, dimension), elu(x), add(x, y) of two
#           arrays do not. An entropy as -sum(p log p) is -sum(log p * log p), without a word. Of Transforms, unitVec
#           overwrites its argument.
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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.ops.NDMath;
import org.nd4j.linalg.factory.ops.NDNN;
import org.nd4j.linalg.ops.transforms.Transforms;

public class Finding {
  public static void main(String[] args) {
    NDMath math = Nd4j.math();
    NDNN nn = Nd4j.nn();
    Map<String, UnaryOperator<INDArray>> functions = new LinkedHashMap<>();
    functions.put("log", math::log);
    functions.put("exp", math::exp);
    functions.put("abs", math::abs);
    functions.put("square", math::square);
    functions.put("pow(x, 2)", x -> math.pow(x, 2));
    functions.put("add(x, 1)", x -> math.add(x, 1));
    functions.put("relu", x -> nn.relu(x, 0.3));
    functions.put("sigmoid", nn::sigmoid);
    functions.put("gelu", nn::gelu);
    functions.put("logSoftmax", nn::logSoftmax);
    functions.put("unitVec", Transforms::unitVec);
    functions.put("add(x, y)", x -> math.add(x, Nd4j.ones(2)));
    functions.put("elu", nn::elu);
    functions.put("softmax", nn::softmax);
    functions.put("logSoftmax(x, 0)", x -> nn.logSoftmax(x, 0));
    functions.put("Transforms.log", Transforms::log);
    TreeSet<String> overwriting = new TreeSet<>();
    functions.forEach(
        (name, function) -> {
          INDArray x = Nd4j.createFromArray(-0.25f, 0.75f);
          function.apply(x);
          boolean same = x.getFloat(0) == -0.25f && x.getFloat(1) == 0.75f;
          System.out.printf("%-18s argument %s%n", name, same ? "unchanged" : "is now " + x);
          if (!same) {
            overwriting.add(name);
          }
        });
    INDArray p = Nd4j.createFromArray(0.5f, 0.5f);
    double entropy = -math.log(p).mul(p).sumNumber().doubleValue();
    System.out.printf("entropy of (0.5, 0.5): %.4f for %.4f%n", entropy, Math.log(2));
    boolean asFound =
        overwriting.size() == 11
            && !overwriting.contains("softmax")
            && !overwriting.contains("elu")
            && Math.abs(entropy + 2 * Math.pow(Math.log(2), 2)) < 1e-4;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
