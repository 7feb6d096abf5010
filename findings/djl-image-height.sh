#!/usr/bin/env bash
# DJL: a folder of images has the height of its width.
#
# Expected: ImageFolder.builder().optImageWidth(64).optImageHeight(32) makes a data set whose images are 64 x 32: the
#           size to which matchingTranslatorOptions(), for the use of a network that was trained with it, resizes.
# Happens:  getImageHeight() is 64, so that would resize to 64 x 64. With the height only, both are unknown, and nothing
#           would be resized.
# With:     DJL 0.33.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>ai.djl</groupId><artifactId>basicdataset</artifactId>
<version>0.33.0</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>2.0.17</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import ai.djl.basicdataset.cv.classification.ImageFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

public class Finding {
  static ImageFolder.Builder folder() {
    return ImageFolder.builder().setRepositoryPath(Path.of("images").toAbsolutePath()).setSampling(1, false);
  }

  public static void main(String[] args) throws IOException {
    Files.createDirectories(Path.of("images", "cat"));
    ImageFolder both = folder().optImageWidth(64).optImageHeight(32).build();
    ImageFolder height = folder().optImageHeight(32).build();
    System.out.println("width 64 and height 32: " + both.getImageWidth() + " " + both.getImageHeight());
    System.out.println("height 32: " + height.getImageHeight());
    boolean asFound = both.getImageHeight().get() == 64 && height.getImageHeight().isEmpty();
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(basicdataset)-[0-9][^/]*$'
java -cp "$(cat classpath)" Finding.java
