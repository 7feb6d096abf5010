#!/usr/bin/env bash
# ND4J: the number of threads is that of the machine's cores, however few the process may use.
#
# Expected: where the process may use one processor (taskset, a container's cpuset, a batch job),
#           as the JVM and OpenMP themselves see it, native code computes with one thread.
# Happens:  ND4J takes the cores of the machine (those of one socket) and sets OpenMP's number of
#           threads to it, so that two threads and more wait for each other on one core, spinning.
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64.
# Prints:   cores of the machine: 2
#           processors for this process: 1
#           threads of ND4J: 2
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
import org.bytedeco.javacpp.Loader;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) {
    Nd4j.create(1);
    System.out.println(Loader.totalCores());
    System.out.println(Runtime.getRuntime().availableProcessors());
    System.out.println(Nd4j.getEnvironment().maxMasterThreads());
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
first=$(taskset -pc $$ | sed 's/.*: \([0-9]*\).*/\1/')
mapfile -t seen < <(env -u OMP_NUM_THREADS taskset -c "$first" java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java 2>/dev/null)
echo "cores of the machine: ${seen[0]}"
echo "processors for this process: ${seen[1]}"
echo "threads of ND4J: ${seen[2]}"
if [ "${seen[0]}" -lt 2 ]; then
  echo 'needs a machine with two cores'
  exit 1
elif [ "${seen[1]}" = 1 ] && [ "${seen[2]}" -gt 1 ]; then
  echo 'as found'
else
  echo CHANGED
  exit 1
fi
