#!/usr/bin/env bash
# DataVec: the white of a 16-bit PNG is 257 times the white of an 8-bit one, also when scaled to 0..1.
#
# Expected: NativeImageLoader gives 0 to 255, as ImagePreProcessingScaler assumes (0 to 1, of
#           pixels of 8 bits); a 16-bit image is reduced to that, or refused.
# Happens:  65535, and 257 after the scaler. In a folder of mixed photos or scans the 16-bit ones have
#           inputs that are 257 times as large: one such image ends a batch's statistics and gradients.
# With:     DataVec and ND4J 1.0.0-M2.1, OpenCV 4.5.5, linux-x86_64.
# Prints:   8 bits:    255.0, scaled 1.0
#           16 bits:   65535.0, scaled 257.0
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
import java.awt.image.BufferedImage;
import java.io.File;
import javax.imageio.ImageIO;
import org.datavec.image.loader.NativeImageLoader;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;

public class Finding {
  /** A white image as DataVec reads it, and scaled. */
  static float[] white(int type, int value) throws Exception {
    BufferedImage picture = new BufferedImage(2, 2, type);
    for (int i = 0; i < 4; i++) {
      picture.getRaster().setSample(i % 2, i / 2, 0, value);
    }
    File file = new File(type + ".png");
    ImageIO.write(picture, "png", file);
    INDArray matrix = new NativeImageLoader(2, 2, 1).asMatrix(file);
    float plain = matrix.getFloat(0, 0, 0, 0);
    new ImagePreProcessingScaler(0, 1).transform(matrix);
    return new float[] {plain, matrix.getFloat(0, 0, 0, 0)};
  }

  public static void main(String[] args) throws Exception {
    float[] eight = white(BufferedImage.TYPE_BYTE_GRAY, 255);
    float[] sixteen = white(BufferedImage.TYPE_USHORT_GRAY, 65535);
    System.out.println("8 bits:    " + eight[0] + ", scaled " + eight[1]);
    System.out.println("16 bits:   " + sixteen[0] + ", scaled " + sixteen[1]);
    boolean asFound =
        eight[0] == 255 && eight[1] == 1 && sixteen[0] == 65535 && Math.abs(sixteen[1] - 257) < 0.01;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Djava.awt.headless=true -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
