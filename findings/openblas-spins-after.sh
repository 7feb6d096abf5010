#!/usr/bin/env bash
# OpenBLAS in ND4J: after a product of matrices its threads keep cores busy for a tenth of a second.
#
# Expected: threads that wait for the next product leave their cores soon, as OpenMP's do, so that
#           a product of a tenth of a millisecond costs about that, and what runs next has the
#           cores; oneDNN for example, which the same ND4J uses for its layers.
# Happens:  each of them spins for a tenth of a second. A loop of layers and products has one core
#           fewer for the layers. OPENBLAS_THREAD_TIMEOUT=4, an exponent of 2 that is 26 where it is
#           not set, ends it.
# With:     ND4J 1.0.0-M2.1 (OpenBLAS 0.3.19), natives linux-x86_64, two cores or more.
# Prints:   (milliseconds of processor time in the 400 ms after a product, median of 15)
#           as it comes: 100.0
#           OPENBLAS_THREAD_TIMEOUT=4: 0.0
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
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) throws InterruptedException {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    INDArray a = Nd4j.ones(DataType.FLOAT, 256, 256);
    INDArray product = Nd4j.createUninitialized(DataType.FLOAT, new long[] {256, 256}, 'f');
    double[] after = new double[15];
    for (int i = -15; i < after.length; i++) {
      a.mmuli(a, product);
      long start = system.getProcessCpuTime();
      Thread.sleep(400);
      if (i >= 0) {
        after[i] = (system.getProcessCpuTime() - start) / 1e6;
      }
    }
    Arrays.sort(after);
    System.out.printf(Locale.ROOT, "%.1f%n", after[7]);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
unset OPENBLAS_THREAD_TIMEOUT OPENBLAS_NUM_THREADS OMP_NUM_THREADS
spent() {
  java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java 2>/dev/null
}
long=$(spent)
short=$(OPENBLAS_THREAD_TIMEOUT=4 spent)
echo "as it comes: $long"
echo "OPENBLAS_THREAD_TIMEOUT=4: $short"
if awk "BEGIN { exit !($long > 8 && $short < 4) }"; then
  echo 'as found'
else
  echo CHANGED
  exit 1
fi
