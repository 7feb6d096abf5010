#!/usr/bin/env bash
# Hadoop: to rename over a file in one step takes two on a local disk.
#
# Expected: FileContext.rename(from, to, Options.Rename.OVERWRITE), which is how a checkpoint
#           replaces the last one on HDFS in one step, does the same on file:, where the system's
#           own rename would do it.
# Happens:  the target is deleted first, and then the file is renamed. Who looks in between, or
#           finds the folder after a crash, has neither.
# With:     Hadoop 3.4.1, as Spark 4.0.1 brings it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.apache.hadoop</groupId><artifactId>hadoop-client-api</artifactId>
<version>3.4.1</version></dependency>
<dependency><groupId>org.apache.hadoop</groupId><artifactId>hadoop-client-runtime</artifactId>
<version>3.4.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.Options;

public class Finding {
  static org.apache.hadoop.fs.Path hadoop(Path file) {
    return new org.apache.hadoop.fs.Path(file.toUri());
  }

  /** How often a file that is always replaced, never removed, was not there. */
  static int missing(boolean byHadoop) throws Exception {
    Path from = Path.of("draft").toAbsolutePath();
    Path to = Path.of(byHadoop ? "hadoop" : "java").toAbsolutePath();
    FileContext files = FileContext.getLocalFSFileContext();
    Files.writeString(to, "0");
    AtomicBoolean done = new AtomicBoolean();
    int[] missing = {0};
    Thread watcher = new Thread(() -> {
      while (!done.get()) {
        if (!Files.exists(to)) {
          missing[0]++;
        }
      }
    });
    watcher.start();
    for (int i = 0; i < 500; i++) {
      Files.writeString(from, "" + i);
      if (byHadoop) {
        files.rename(hadoop(from), hadoop(to), Options.Rename.OVERWRITE);
      } else {
        Files.move(from, to, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      }
    }
    done.set(true);
    watcher.join();
    return missing[0];
  }

  public static void main(String[] args) throws Exception {
    int java = missing(false);
    int hadoop = missing(true);
    System.out.println("replaced 500 times; looks that found no file: Java's move " + java
        + ", Hadoop's rename with OVERWRITE " + (hadoop > 0 ? "some" : "0"));
    boolean asFound = java == 0 && hadoop > 0;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'hadoop-client-api-[^/]*$'
java -cp "$(cat classpath)" Finding.java
