#!/usr/bin/env bash
# Spark beside a newer Jackson: the driver is not understood by a cluster of its own version.
#
# Expected: a program that depends on Spark 4.0.1 and on a newer jackson-module-scala (Spark's own
#           refuses a newer Jackson) talks to a Spark 4.0.1 cluster: releases of Scala 2.13 are
#           compatible.
# Happens:  that module brings Scala 2.13.18, where scala.collection.immutable.ArraySeq has another
#           serialVersionUID than in 2.13.13 and 2.13.16, with which Spark is made. Spark's messages
#           hold one: the master logs an InvalidClassException, and all that the driver says is
#           "All masters are unresponsive!". Pinning scala-library helps.
# With:     spark-mllib_2.13 4.0.1, jackson-module-scala_2.13 2.23.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

dependency() {
  echo "<dependency><groupId>$1</groupId><artifactId>$2</artifactId><version>$3</version></dependency>"
}

# The class path of these dependencies.
resolve() {
  cat >pom.xml <<XML
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>$1</dependencies>
</project>
XML
  mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath \
    -Dmdep.outputFile=classpath
}

cat >Uid.java <<'JAVA'
import java.io.ObjectStreamClass;

public class Uid {
  public static void main(String[] args) throws ClassNotFoundException {
    System.out.println(
        ObjectStreamClass.lookup(Class.forName("scala.collection.immutable.ArraySeq"))
            .getSerialVersionUID());
  }
}
JAVA

show() {
  scala=$(tr : '\n' <classpath | grep -oE 'scala-library-[^/]*$')
  uid=$(java -cp "$(cat classpath)" Uid.java)
  echo "$1: $scala, ArraySeq's serialVersionUID $uid"
}

spark=$(dependency org.apache.spark spark-mllib_2.13 4.0.1)
resolve "$spark"
show 'Spark 4.0.1 as Maven resolves it'
alone=$uid
resolve "$(dependency org.scala-lang scala-library 2.13.16)"
show "Spark 4.0.1's own release of Scala"
own=$uid
resolve "$(dependency com.fasterxml.jackson.module jackson-module-scala_2.13 2.23.0)$spark"
show 'Spark 4.0.1 with jackson-module-scala 2.23.0'
if [ "$alone" = "$own" ] && [ "$uid" != "$own" ]; then
  echo 'as found'
else
  echo 'CHANGED'
  exit 1
fi
