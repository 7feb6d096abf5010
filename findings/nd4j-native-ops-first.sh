#!/usr/bin/env bash
# ND4J: whoever asks for its native operations first is told that dependencies are missing.
#
# Expected: NativeOpsHolder.getInstance() loads the backend that is on the class path, as
#           everything else of ND4J does, and gives its operations.
# Happens:  it fails with "ND4J is probably missing dependencies" if nothing of ND4J was used before,
#           and for good: the class cannot be initialised again in this JVM. After Nd4j.getBackend()
#           it works.
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
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

public class Finding {
  public static void main(String[] args) {
    if (args[0].equals("backend-first")) {
      Nd4j.getBackend();
    }
    try {
      int threads = NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
      System.out.println(threads > 0 ? "works" : "no threads");
    } catch (ExceptionInInitializerError e) {
      System.out.println(e.getCause().getMessage().split(" For more")[0]);
    }
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'nd4j-native-1[^/]*$'
run() { java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java "$1"; }
first=$(run operations-first)
after=$(run backend-first)
echo "operations first: $first"
echo "backend first:    $after"
if [[ $first == 'ND4J is probably missing dependencies'* && $after == works ]]; then
  echo 'as found'
else
  echo 'CHANGED'
  exit 1
fi
