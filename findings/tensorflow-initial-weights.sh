#!/usr/bin/env bash
# TensorFlow for Java: initial weights of convolutions are too small, by the root of their channels.
#
# Expected: He draws weights with a standard deviation of sqrt(2 / fanIn), "the number of input units" (its
#           documentation): 0.059 for 3 x 3 x 64 inputs, as Keras does, whether they are a convolution or a dense layer
#           of 576 inputs.
# Happens:  0.059 for the dense layer, and 0.0074 for the convolution: the input channels are counted twice, once among
#           the sizes of the kernel. A 3 x 3 convolution of 64 channels so passes an eighth of its signal on, ten of
#           them a thousand millionth. Glorot, LeCun and VarianceScaling are the same; with one channel, as in tests on
#           grey images, they are right.
# With:     TensorFlow for Java 1.1.0 (TensorFlow 2.18.0, CPU).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.tensorflow</groupId><artifactId>tensorflow-framework</artifactId>
<version>1.1.0</version></dependency>
<dependency><groupId>org.tensorflow</groupId><artifactId>tensorflow-core-native</artifactId>
<version>1.1.0</version><classifier>linux-x86_64</classifier></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import org.tensorflow.EagerSession;
import org.tensorflow.framework.initializers.Glorot;
import org.tensorflow.framework.initializers.He;
import org.tensorflow.framework.initializers.Initializer;
import org.tensorflow.framework.initializers.VarianceScaling.Distribution;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import java.util.Arrays;

public class Finding {
  /** The standard deviation of initial weights. */
  static double deviation(Ops tf, Initializer<TFloat32> initializer, long... shape) {
    double[] sum = new double[1];
    long[] count = new long[1];
    initializer
        .call(tf, tf.constant(shape), TFloat32.class)
        .asTensor()
        .scalars()
        .forEach(
            weight -> {
              sum[0] += (double) weight.getFloat() * weight.getFloat();
              count[0]++;
            });
    return Math.sqrt(sum[0] / count[0]);
  }

  public static void main(String[] args) {
    boolean asFound = true;
    try (EagerSession session = EagerSession.create()) {
      Ops tf = Ops.create(session);
      long[][] shapes = {{576, 64}, {3, 3, 64, 64}, {1, 1, 64, 64}, {3, 3, 1, 64}};
      for (long[] shape : shapes) {
        long inputs = Arrays.stream(shape).limit(shape.length - 1).reduce(1, (a, b) -> a * b);
        double expected = Math.sqrt(2.0 / inputs);
        double he = deviation(tf, new He<>(Distribution.NORMAL, 1), shape);
        double glorot = deviation(tf, new Glorot<>(Distribution.NORMAL, 1), shape);
        System.out.printf(
            "%s: He %.4f, expected %.4f, %.1f times; Glorot %.4f%n",
            Arrays.toString(shape), he, expected, expected / he, glorot);
        long channels = shape.length == 2 ? 1 : shape[2];
        double ratio = expected / he / Math.sqrt(channels);
        asFound &= ratio > 0.9 && ratio < 1.1;
      }
    }
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(tensorflow-framework|tensorflow-core-native)-[0-9][^/]*$'
export TF_CPP_MIN_LOG_LEVEL=3
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
