#!/usr/bin/env bash
# ND4J: the one-cycle schedule jumps back to its highest rate for one step.
#
# Expected: CycleSchedule climbs from a tenth of the highest rate to it, comes down as evenly, and then falls
#           below its start until the cycle ends: no step of the way down is higher than the one before.
# Happens:  for a cycle of 50 steps with the default annealing of 5 the rate comes down to 0.14 at step 43,
#           is 1.00 again at step 44, and 0.10 at step 45. So it is whenever cycle less annealing is
#           odd: the step left over is taken for one before the annealing, and divided by the decay
#           instead of multiplied. A decay of 0.01 makes it ten times the highest rate.
# With:     ND4J 1.0.0-M2.1.
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
import org.nd4j.linalg.schedule.CycleSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

public class Finding {
  /** How often the rate rises after the first half of the cycle. */
  static int rises(CycleSchedule schedule, int cycle) {
    int rises = 0;
    for (int step = cycle / 2 + 1; step < cycle; step++) {
      rises += schedule.valueAt(step, 0) > schedule.valueAt(step - 1, 0) ? 1 : 0;
    }
    return rises;
  }

  public static void main(String[] args) {
    CycleSchedule schedule = new CycleSchedule(ScheduleType.ITERATION, 1, 50);
    for (int step : new int[] {0, 22, 42, 43, 44, 45, 46, 49}) {
      System.out.printf("step %d: %.5f%n", step, schedule.valueAt(step, 0));
    }
    int odd = rises(schedule, 50);
    int even = rises(new CycleSchedule(ScheduleType.ITERATION, 1, 100), 100);
    double jump = new CycleSchedule(ScheduleType.ITERATION, 0.1, 1, 50, 5, 0.01).valueAt(44, 0);
    System.out.printf("rises on the way down: %d in a cycle of 50, %d in one of 100%n", odd, even);
    System.out.printf("with a decay of 0.01, step 44: %.1f%n", jump);
    boolean asFound =
        odd == 1
            && even == 0
            && Math.abs(schedule.valueAt(44, 0) - 1) < 1e-9
            && Math.abs(jump - 10) < 1e-9;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
