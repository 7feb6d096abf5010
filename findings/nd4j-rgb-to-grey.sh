#!/usr/bin/env bash
# ND4J: the preprocessor that makes images grey takes the red of DataVec's images for blue.
#
# Expected: RGBtoGrayscaleDataSetPreProcessor makes of an image that NativeImageLoader has read with 3 channels what
#           the loader reads with 1 channel: 76 of pure red, 150 of green, 29 of blue.
# Happens:  28 of red and 77 of blue: the loader gives blue first, and the preprocessor takes the first channel for red,
#           as its name says. (That the result has no channel, [1, 4, 4], is documented.) A network that has learned
#           from such images sees others when they come from the loader as grey ones.
# With:     ND4J and datavec-data-image 1.0.0-M2.1, linux-x86_64.
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
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.datavec.image.loader.NativeImageLoader;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.RGBtoGrayscaleDataSetPreProcessor;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  /** Whether the loader and the preprocessor make these greys of a colour. */
  static boolean check(String name, int rgb, int loaded, int processed) throws IOException {
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 16; i++) {
      image.setRGB(i % 4, i / 4, rgb);
    }
    File file = new File(name + ".png");
    ImageIO.write(image, "png", file);
    INDArray grey = new NativeImageLoader(4, 4, 1).asMatrix(file);
    DataSet data = new DataSet(new NativeImageLoader(4, 4, 3).asMatrix(file), Nd4j.ones(1, 1));
    new RGBtoGrayscaleDataSetPreProcessor().preProcess(data);
    long[] shape = data.getFeatures().shape();
    double first = data.getFeatures().getDouble(0, 0, 0);
    System.out.printf(
        "%s: loader %.0f, preprocessor %.1f %s%n", name, grey.getDouble(0, 0, 0, 0), first, Arrays.toString(shape));
    return Math.abs(grey.getDouble(0, 0, 0, 0) - loaded) < 0.5
        && Math.abs(first - processed) < 1
        && Arrays.equals(shape, new long[] {1, 4, 4});
  }

  public static void main(String[] args) throws IOException {
    boolean asFound =
        check("red", 0xff0000, 76, 28) & check("green", 0x00ff00, 150, 150) & check("blue", 0x0000ff, 29, 77);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Djava.awt.headless=true -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
