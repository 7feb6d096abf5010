#!/usr/bin/env bash
# TensorFlow for Java: the first step of Adam is one of four, by chance.
#
# Expected: the first step of Adam is the learning rate, 0.001, whatever the gradient is, as its correction for averages
#           that begin at 0 makes it, and two trainings from the same weights are the same.
# Happens:  it is mostly 0.00074, and sometimes 0.0014, 0.00053 or 0.001, for weights of one network in one step: the
#           powers of beta1 and beta2 for the next step are written while this one reads them, in no order. So are later
#           steps, less and less; Adamax is the same. A seed does not make trainings equal.
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.framework.optimizers.Adam;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

public class Finding {
  /** Counts the first steps of ten layers whose gradients are all 1. */
  static void count(Map<String, Integer> steps) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Variable<TFloat32>> layers = new ArrayList<>();
      Operand<TFloat32> loss = tf.constant(0f);
      for (int layer = 0; layer < 10; layer++) {
        Variable<TFloat32> weights =
            tf.withInitScope().variable(tf.zeros(tf.array(1000L), TFloat32.class));
        layers.add(weights);
        loss = tf.math.add(loss, tf.reduceSum(weights, tf.constant(0)));
      }
      Op step = new Adam(graph, 0.001f).minimize(loss);
      try (Session session = new Session(graph)) {
        session.initialize();
        session.run(step);
        for (Variable<TFloat32> weights : layers) {
          try (Result result = session.runner().fetch(weights).run()) {
            float weight = ((TFloat32) result.get(0)).getFloat(0);
            steps.merge(String.format("%.5f", -weight), 1, Integer::sum);
          }
        }
      }
    }
  }

  public static void main(String[] args) {
    Map<String, Integer> steps = new TreeMap<>();
    for (int run = 0; run < 40; run++) {
      count(steps);
    }
    System.out.println("first steps, and of how many of 400 layers: " + steps);
    boolean asFound = steps.getOrDefault("0.00100", 0) < 300;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(tensorflow-framework|tensorflow-core-native)-[0-9][^/]*$'
export TF_CPP_MIN_LOG_LEVEL=3
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
