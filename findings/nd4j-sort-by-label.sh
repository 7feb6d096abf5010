#!/usr/bin/env bash
# ND4J: to order a data set by its classes loses images and doubles others.
#
# Expected: DataSet.sortByLabel "organizes the dataset to minimize sampling error": the same images in another
#           order, with classes that alternate. Of images 0 to 5 each is there once afterwards.
# Happens:  of classes 0 0 0 1 1 1 image 1 is lost and 3 is there twice; of classes that alternate already
#           2 is there three times. The images wait as views of the memory that they are moved within, so
#           they are overwritten before their turn, and a place is left out after each round. Pixels
#           and labels go together, so nothing is to be seen of it. sortAndBatchByNumLabels does the same.
# With:     ND4J 1.0.0-M2.1 (CPU).
# Prints:   classes [0, 0, 0, 1, 1, 1]: images [0, 3, 2, 3, 4, 5]
#           classes [0, 1, 0, 1, 0, 1]: images [0, 1, 2, 2, 2, 5]
#           classes [0, 0, 0, 0, 0, 0, 1, 1]: images [0, 6, 2, 6, 7, 5, 2, 7]
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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  /** The pixels after sorting of images with the pixels 0, 1, 2 ... and these classes. */
  static String sort(int... classes) {
    INDArray features = Nd4j.zeros(classes.length, 1);
    INDArray labels = Nd4j.zeros(classes.length, 2);
    for (int i = 0; i < classes.length; i++) {
      features.putScalar(i, 0, i);
      labels.putScalar(i, classes[i], 1);
    }
    DataSet data = new DataSet(features, labels);
    data.sortByLabel();
    String images = Arrays.toString(data.getFeatures().reshape(classes.length).toIntVector());
    System.out.printf("classes %s: images %s%n", Arrays.toString(classes), images);
    return images;
  }

  public static void main(String[] args) {
    boolean asFound =
        sort(0, 0, 0, 1, 1, 1).equals("[0, 3, 2, 3, 4, 5]")
            & sort(0, 1, 0, 1, 0, 1).equals("[0, 1, 2, 2, 2, 5]")
            & sort(0, 0, 0, 0, 0, 0, 1, 1).equals("[0, 6, 2, 6, 7, 5, 2, 7]");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
