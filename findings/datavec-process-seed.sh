#!/usr/bin/env bash
# DataVec: random transformations with a seed are the same for every image.
#
# Expected: a seed makes a sequence of random crops repeatable, as of CropImageTransform(new Random(123), 4):
#           a hundred images are cropped in 92 ways. flipImageTransform(1) mirrors, "deterministic".
# Happens:  ImageTransformProcess begins with its seed again at each image: all of them, in all epochs, are
#           cropped in one way. Without a seed nothing is random, and each is cropped by as much as
#           possible. With a seed flip(1) flips as it is drawn, here all images upside down. Training
#           that is meant to be augmented never sees a second version of an image.
# With:     datavec-data-image 1.0.0-M2.1, OpenCV 4.5.5, linux-x86_64.
# Prints:   different crops by CropImageTransform, seed 123: 92
#           by the process, seed 123: 1
#           by the process, no seed:  1, [[44]]
#           flip(1), no seed:         [[1, 0, 11, 10]]
#           flip(1), seed 123:        [[10, 11, 0, 1]]
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

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.javacv.OpenCVFrameConverter;
import org.bytedeco.opencv.opencv_core.Mat;
import org.datavec.image.data.ImageWritable;
import org.datavec.image.loader.NativeImageLoader;
import org.datavec.image.transform.CropImageTransform;
import org.datavec.image.transform.ImageTransformProcess;

public class Finding {
  /** A square image whose pixels are 10 times their row plus their column. */
  static ImageWritable image(int size) {
    Mat image = new Mat(size, size, CV_8UC1);
    UByteIndexer pixels = image.createIndexer();
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        pixels.put(y, x, 10 * y + x);
      }
    }
    pixels.release();
    return new ImageWritable(new OpenCVFrameConverter.ToMat().convert(image));
  }

  static String pixels(ImageWritable image) throws IOException {
    return Arrays.toString(new NativeImageLoader().asMatrix(image).ravel().toIntVector());
  }

  /** The different results of one image that is transformed a hundred times. */
  static Set<String> results(ImageTransformProcess process, int size) throws IOException {
    Set<String> results = new TreeSet<>();
    for (int i = 0; i < 100; i++) {
      results.add(pixels(process.execute(image(size))));
    }
    return results;
  }

  public static void main(String[] args) throws IOException {
    CropImageTransform alone = new CropImageTransform(new Random(123), 4);
    Set<String> crops = new TreeSet<>();
    for (int i = 0; i < 100; i++) {
      crops.add(pixels(alone.transform(image(9))));
    }
    Set<String> seeded =
        results(new ImageTransformProcess.Builder().seed(123).cropImageTransform(4).build(), 9);
    Set<String> unseeded =
        results(new ImageTransformProcess.Builder().cropImageTransform(4).build(), 9);
    Set<String> mirrored =
        results(new ImageTransformProcess.Builder().flipImageTransform(1).build(), 2);
    Set<String> flipped =
        results(new ImageTransformProcess.Builder().seed(123).flipImageTransform(1).build(), 2);
    System.out.println("different crops by CropImageTransform, seed 123: " + crops.size());
    System.out.println("by the process, seed 123: " + seeded.size());
    System.out.println("by the process, no seed:  " + unseeded.size() + ", " + unseeded);
    System.out.println("flip(1), no seed:         " + mirrored);
    System.out.println("flip(1), seed 123:        " + flipped);
    boolean asFound =
        crops.size() > 50
            && seeded.size() == 1
            && unseeded.toString().equals("[[44]]")
            && mirrored.toString().equals("[[1, 0, 11, 10]]")
            && flipped.toString().equals("[[10, 11, 0, 1]]");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Djava.awt.headless=true -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
