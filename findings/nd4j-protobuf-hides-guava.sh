#!/usr/bin/env bash
# ND4J: its jar of protobuf hides a part of Guava.
#
# Expected: Guava's InternetDomainName tells the registrable part of www.example.co.uk, with or without
#           ND4J on the class path: ND4J's copies of libraries have package names of their own.
# Happens:  org.nd4j:protobuf holds com.google.thirdparty.publicsuffix of an older Guava under Guava's
#           own name, with fields that have other types: NoSuchFieldError, where ND4J is named before
#           Guava. The other way round all is well.
# With:     ND4J 1.0.0-M2.1 (nd4j-api), Guava 33.4.8-jre.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-api</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>com.google.guava</groupId><artifactId>guava</artifactId>
<version>33.4.8-jre</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import com.google.common.net.InternetDomainName;

public class Finding {
  public static void main(String[] args) {
    System.out.println(InternetDomainName.from("www.example.co.uk").topPrivateDomain());
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(guava-3|protobuf-1)[^/]*$'
tr : '\n' <classpath | grep -v '/org/nd4j/protobuf/' | paste -sd: >without
echo "without ND4J's protobuf: $(java -cp "$(cat without)" Finding.java)"
if java -cp "$(cat classpath)" Finding.java 2>log || ! grep 'NoSuchFieldError: EXACT' log; then
  echo CHANGED
  exit 1
fi
guava=$(tr : '\n' <classpath | grep '/guava-33')
echo "with Guava first: $(java -cp "$guava:$(cat classpath)" Finding.java)"
echo "as found"
