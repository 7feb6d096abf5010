#!/usr/bin/env bash
# umap-java: maps made at the same time print warnings about their progress.
#
# Expected: a map that prints nothing by itself prints nothing beside another one.
# Happens:  the progress of all maps of a process is counted together, against the total of the one
#           that began last; every step beyond it prints "Update counter exceeded total". The maps
#           are the same. Nothing switches it off; setVerbose is false.
# With:     tech.molecules:external-umap-java 1.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>tech.molecules</groupId><artifactId>external-umap-java</artifactId>
<version>1.0</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Random;
import tagbio.umap.Umap;

public class Finding {
  static float[][] map() {
    Random random = new Random(1);
    float[][] rows = new float[400][8];
    for (float[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextFloat();
      }
    }
    return new Umap().setNumberComponents(2).setNumberEpochs(200).setThreads(1).setSeed(1)
        .fitTransform(rows);
  }

  public static void main(String[] args) throws Exception {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream caught = new PrintStream(printed, true);
    System.setOut(caught);
    System.setErr(caught);
    float[][] alone = map();
    long before = printed.toString().lines().count();
    float[][][] both = new float[4][][];
    Thread[] threads = new Thread[4];
    for (int i = 0; i < 4; i++) {
      int n = i;
      threads[i] = new Thread(() -> both[n] = map());
      threads[i].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    System.setOut(out);
    System.setErr(err);
    long lines = printed.toString().lines().filter(l -> l.contains("exceeded total")).count();
    boolean same = Arrays.stream(both).allMatch(map -> Arrays.deepEquals(alone, map));
    System.out.println(
        "lines of a map alone: " + before + ", of four at once: " + lines + ", same maps: " + same);
    boolean asFound = before == 0 && lines > 0 && same;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'external-umap-java-[^/]*$'
java -cp "$(cat classpath)" Finding.java
