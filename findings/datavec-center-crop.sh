#!/usr/bin/env bash
# DataVec: the centre crop cuts one side off only, and what is left is no square.
#
# Expected: a loader for 2x2 pixels with centerCropIfNeeded takes the middle square of an image of 6x2, which
#           is columns 2 and 3 (pixels 20, 30): "to crop before rescaling", so that nothing is squeezed.
# Happens:  a third of the image is cut off on the left (or above), nothing on the right (below): columns
#           2 to 5, which are squeezed to 25, 45. The halved difference is where the crop begins, and all
#           that it is made narrower by. Objects are seen off centre and out of shape. ImageLoader, too.
# With:     datavec-data-image 1.0.0-M2.1, OpenCV 4.5.5, linux-x86_64.
# Prints:   6x2 to 2x2, columns: [25, 45]
#           2x6 to 2x2, rows:    [25, 45]
#           6x2 to 4x2, columns: [20, 30, 40, 50]
#           ImageLoader's crop:  4x2
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
import org.datavec.image.loader.ImageLoader;
import org.datavec.image.loader.NativeImageLoader;
import org.nd4j.linalg.api.ndarray.INDArray;

public class Finding {
  /** An image whose pixels are 10 times their column, or row if it is high. */
  static File image(int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.getRaster().setSample(x, y, 0, 10 * (width > height ? x : y));
      }
    }
    File file = new File("image" + width + "x" + height + ".png");
    ImageIO.write(image, "png", file);
    return file;
  }

  static String show(String what, int[] pixels) {
    System.out.println(what + Arrays.toString(pixels));
    return Arrays.toString(pixels);
  }

  public static void main(String[] args) throws IOException {
    NativeImageLoader square = new NativeImageLoader(2, 2, 1, true);
    INDArray wide = square.asMatrix(image(6, 2)).reshape(2, 2);
    INDArray high = square.asMatrix(image(2, 6)).reshape(2, 2);
    INDArray four = new NativeImageLoader(2, 4, 1, true).asMatrix(image(6, 2)).reshape(2, 4);
    BufferedImage other =
        new ImageLoader(2, 2, 1, true).centerCropIfNeeded(ImageIO.read(image(6, 2)));
    boolean asFound =
        show("6x2 to 2x2, columns: ", wide.getRow(0).toIntVector()).equals("[25, 45]")
            & show("2x6 to 2x2, rows:    ", high.getColumn(0).toIntVector()).equals("[25, 45]")
            & show("6x2 to 4x2, columns: ", four.getRow(0).toIntVector()).equals("[20, 30, 40, 50]")
            & other.getWidth() == 4;
    System.out.println("ImageLoader's crop:  " + other.getWidth() + "x" + other.getHeight());
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Djava.awt.headless=true -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
