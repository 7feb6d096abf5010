#!/usr/bin/env bash
# TensorFlow for Java: the steps of Nadam shrink to a thirtieth.
#
# Expected: Nadam moves a weight whose gradient is always the same by about the learning rate in each step, as Adam does
#           (Dozat 2015: both averages are corrected for having begun at 0, by the number of the step).
# Happens:  the first step is 0.00106 with a learning rate of 0.001, and the 2,000th 0.000034: the number of the step is
#           a constant of the graph, 1, so the average of squares is divided by 0.001 for ever, where it should soon be
#           divided by 1. It trains at a thirtieth of the rate that was set, without a schedule.
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
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.framework.optimizers.Nadam;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

public class Finding {
  static float weight(Session session, Variable<TFloat32> weight) {
    try (Result result = session.runner().fetch(weight).run()) {
      return ((TFloat32) result.get(0)).getFloat(0);
    }
  }

  /** The steps of Nadam by Dozat 2015, with Keras's schedule of the momentum, for gradients of 1. */
  static double[] expected(int count, double rate) {
    double[] steps = new double[count + 1];
    double first = 0;
    double second = 0;
    double product = 1;
    for (int step = 1; step <= count; step++) {
      double now = 0.9 * (1 - 0.5 * Math.pow(0.96, 0.004 * step));
      double next = 0.9 * (1 - 0.5 * Math.pow(0.96, 0.004 * (step + 1)));
      product *= now;
      first = 0.9 * first + 0.1;
      second = 0.999 * second + 0.001;
      double mean = (1 - now) / (1 - product) + next * first / (1 - product * next);
      steps[step] = rate * mean / (Math.sqrt(second / (1 - Math.pow(0.999, step))) + 1e-8);
    }
    return steps;
  }

  public static void main(String[] args) {
    boolean asFound;
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variable<TFloat32> weight = tf.withInitScope().variable(tf.constant(new float[] {0}));
      Operand<TFloat32> loss = tf.reduceSum(weight, tf.constant(0));
      Op minimize = new Nadam(graph, 0.001f).minimize(loss);
      double[] expected = expected(2000, 0.001);
      double[] steps = new double[2001];
      try (Session session = new Session(graph)) {
        session.initialize();
        float before = 0;
        for (int step = 1; step <= 2000; step++) {
          session.run(minimize);
          float after = weight(session, weight);
          steps[step] = before - after;
          before = after;
        }
      }
      for (int step : new int[] {1, 10, 100, 1000, 2000}) {
        System.out.printf(
            "step %4d: %.6f, expected %.6f%n", step, steps[step], expected[step]);
      }
      asFound = steps[1] > 0.0005 && steps[2000] < 0.00004 && expected[2000] > 0.0009;
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
