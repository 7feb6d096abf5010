#!/usr/bin/env bash
# ND4J: a native by classifier brings a second native along, and no backend.
#
# Expected: org.nd4j:nd4j-native with the classifier linux-x86_64-onednn is a backend with that native.
# Happens:  Maven resolves that native and the plain one (91 MB, without oneDNN), which the artifact's own
#           pom asks for, but not the jar with the classes: NoAvailableBackendException. With the jar
#           asked for as well, whatever the order, oneDNN's native is loaded and the plain one lies
#           idle. An exclusion of org.nd4j:nd4j-native from itself keeps it away.
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
<version>1.0.0-M2.1</version><classifier>linux-x86_64-onednn</classifier></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) {
    System.out.println("the sum is " + Nd4j.ones(2).sumNumber());
  }
}
JAVA

resolve() {
  mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
  tr : '\n' <classpath | grep -oE 'nd4j-native-1[^/]*$'
}
run() { java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java 2>&1; }
changed() {
  echo CHANGED
  exit 1
}

echo "with the classifier alone:"
resolve | tee jars
grep -q 'linux-x86_64.jar' jars || changed
if run >log; then changed; fi
grep -o 'NoAvailableBackendException' log | head -n 1 || changed

jar='<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId><version>1.0.0-M2.1</version></dependency>'
cp pom.xml alone.xml
for place in dependencies /dependencies; do # Before it, and behind it.
  if [ "$place" = dependencies ]; then new="<$place>$jar"; else new="$jar<$place>"; fi
  sed "s|<$place>|$new|" alone.xml >pom.xml
  echo "with the jar:"
  resolve
  run >log
  grep -E 'HAVE_ONEDNN|the sum' log || changed
  grep -q HAVE_ONEDNN log || changed
done
echo "as found"
