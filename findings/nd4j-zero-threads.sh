#!/usr/bin/env bash
# ND4J: OMP_NUM_THREADS=0 makes reductions return values that nobody computed.
#
# Expected: with a number of threads that is not positive, which job scripts compute by accident,
#           the sum of a million ones is 1,000,000, as OpenMP itself falls back to its default; or
#           ND4J refuses it.
# Happens:  ND4J takes 0 as its own number of threads, and the sum is 0 (or whatever was there).
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64.
# Prints:   OMP_NUM_THREADS=1: 1000000.0
#           OMP_NUM_THREADS=0: 0.0
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
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) {
    System.out.println(Nd4j.ones(1_000_000).sumNumber().doubleValue());
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
sum() {
  OMP_NUM_THREADS=$1 java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java 2>/dev/null
}
one=$(sum 1)
zero=$(sum 0)
echo "OMP_NUM_THREADS=1: $one"
echo "OMP_NUM_THREADS=0: $zero"
if [ "$one" = 1000000.0 ] && [ -n "$zero" ] && [ "$zero" != 1000000.0 ]; then
  echo 'as found'
else
  echo CHANGED
  exit 1
fi
