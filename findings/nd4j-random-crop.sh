#!/usr/bin/env bash
# ND4J: a random crop of an image is its first values, always the same and in another order.
#
# Expected: Nd4j.image().randomCrop(image, shape) cuts a window out at a random place: rows stay rows.
# Happens:  it returns the first values of the image's memory in the shape of the crop, for every call. Of an image
#           of 4 x 4 pixels a crop of 2 x 2 is the first row: pixels 0, 1, 2 and 3, where a crop at the corner would be
#           0, 1, 4 and 5.
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
import java.util.Arrays;
import java.util.TreeSet;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) {
    INDArray image = Nd4j.arange(16).castTo(DataType.FLOAT).reshape(4, 4, 1);
    TreeSet<String> crops = new TreeSet<>();
    for (int i = 0; i < 50; i++) {
      INDArray crop = Nd4j.image().randomCrop(image, Nd4j.createFromArray(2, 2, 1));
      crops.add(Arrays.toString(crop.ravel().toIntVector()));
    }
    System.out.println("pixels 0 to 15 in rows of 4, 50 random crops of 2 x 2: " + crops);
    boolean asFound = crops.size() == 1 && crops.contains("[0, 1, 2, 3]");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
