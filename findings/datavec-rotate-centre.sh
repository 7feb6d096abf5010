#!/usr/bin/env bash
# DataVec: RotateImageTransform turns images of even size about a point half a pixel beside their centre.
#
# Expected: a quarter turn of a square image moves its pixels and loses none, as with Pillow 9.4 and
#           torchvision 0.14, and four quarter turns are the image. The javadoc counts the centre of rotation
#           "relative to image center".
# Happens:  the centre is (columns / 2, rows / 2), where 0 is the middle of the first pixel: of an even size
#           the result is shifted, by a whole pixel after a quarter turn, which loses a row of the image and
#           leaves a black one. Images of odd size are turned exactly.
# With:     datavec-data-image 1.0.0-M2.1, OpenCV 4.5.5, linux-x86_64.
# Prints:   3x3, a quarter turn:     3 6 9, 2 5 8, 1 4 7
#           exact:                   3 6 9, 2 5 8, 1 4 7
#           4x4, a quarter turn:     0 0 0 0, 4 8 12 16, 3 7 11 15, 2 6 10 14
#           exact:                   4 8 12 16, 3 7 11 15, 2 6 10 14, 1 5 9 13
#           4x4, four of them:       0 0 0 0, 0 6 7 8, 0 10 11 12, 0 14 15 16
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.datavec</groupId><artifactId>datavec-data-image</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;

import java.util.StringJoiner;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.javacv.OpenCVFrameConverter;
import org.bytedeco.opencv.opencv_core.Mat;
import org.datavec.image.data.ImageWritable;
import org.datavec.image.transform.RotateImageTransform;

public class Finding {
  static String text(Mat image) {
    UByteIndexer values = image.createIndexer();
    StringJoiner rows = new StringJoiner(", ");
    for (int y = 0; y < image.rows(); y++) {
      StringJoiner row = new StringJoiner(" ");
      for (int x = 0; x < image.cols(); x++) {
        row.add("" + values.get(y, x));
      }
      rows.add(row.toString());
    }
    return rows.toString();
  }

  /** The image 1, 2, ... of a size after quarter turns. */
  static String turned(int size, int turns) {
    Mat image = new Mat(size, size, CV_8UC1);
    UByteIndexer values = image.createIndexer();
    for (int i = 0; i < size * size; i++) {
      values.put(i / size, i % size, i + 1);
    }
    OpenCVFrameConverter.ToMat converter = new OpenCVFrameConverter.ToMat();
    ImageWritable result = new ImageWritable(converter.convert(image));
    for (int i = 0; i < turns; i++) {
      result = new RotateImageTransform(90).transform(result);
    }
    return text(converter.convert(result.getFrame()));
  }

  /** The same image turned once, against the clock. */
  static String exact(int size) {
    Mat image = new Mat(size, size, CV_8UC1);
    UByteIndexer values = image.createIndexer();
    for (int i = 0; i < size * size; i++) {
      values.put(size - 1 - i % size, i / size, i + 1);
    }
    return text(image);
  }

  public static void main(String[] args) {
    String odd = turned(3, 1);
    String even = turned(4, 1);
    String four = turned(4, 4);
    System.out.println("3x3, a quarter turn:     " + odd);
    System.out.println("exact:                   " + exact(3));
    System.out.println("4x4, a quarter turn:     " + even);
    System.out.println("exact:                   " + exact(4));
    System.out.println("4x4, four of them:       " + four);
    boolean asFound =
        odd.equals(exact(3))
            && even.equals("0 0 0 0, 4 8 12 16, 3 7 11 15, 2 6 10 14")
            && four.equals("0 0 0 0, 0 6 7 8, 0 10 11 12, 0 14 15 16");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Djava.awt.headless=true -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
