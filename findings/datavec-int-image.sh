#!/usr/bin/env bash
# DataVec: a BufferedImage of the commonest type loses its blue channel.
#
# Expected: NativeImageLoader.asMatrix(BufferedImage) gives blue, green and red of a picture, as of its
#           file, whatever memory the picture has: red is 0, 0, 255.
# Happens:  so it is for TYPE_3BYTE_BGR. TYPE_INT_RGB, which `new BufferedImage` and Graphics2D code
#           mostly use, is read as three of its four bytes from the wrong one on: red becomes 0, 255, 0,
#           green 255, 0, 0, and blue is black. Shape and range are right and nothing is said.
# With:     DataVec 1.0.0-M2.1, JavaCV 1.5.7, linux-x86_64.
# Prints:   file:             red 0 0 255, green 0 255 0, blue 255 0 0
#           TYPE_3BYTE_BGR:   red 0 0 255, green 0 255 0, blue 255 0 0
#           TYPE_INT_RGB:     red 0 255 0, green 255 0 0, blue 0 0 0
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

public class Finding {
  static BufferedImage picture(int type) {
    BufferedImage picture = new BufferedImage(3, 1, type);
    picture.setRGB(0, 0, 0xff0000);
    picture.setRGB(1, 0, 0x00ff00);
    picture.setRGB(2, 0, 0x0000ff);
    return picture;
  }

  static String channels(INDArray matrix) {
    StringBuilder text = new StringBuilder();
    String[] names = {"red", ", green", ", blue"};
    for (int x = 0; x < 3; x++) {
      text.append(names[x]);
      for (int channel = 0; channel < 3; channel++) {
        text.append(' ').append(matrix.getInt(0, channel, 0, x));
      }
    }
    return text.toString();
  }

  public static void main(String[] args) throws Exception {
    NativeImageLoader loader = new NativeImageLoader(1, 3, 3);
    File file = new File("picture.png");
    ImageIO.write(picture(BufferedImage.TYPE_INT_RGB), "png", file);
    String right = channels(loader.asMatrix(file));
    String bgr = channels(loader.asMatrix(picture(BufferedImage.TYPE_3BYTE_BGR)));
    String rgb = channels(loader.asMatrix(picture(BufferedImage.TYPE_INT_RGB)));
    System.out.println("file:             " + right);
    System.out.println("TYPE_3BYTE_BGR:   " + bgr);
    System.out.println("TYPE_INT_RGB:     " + rgb);
    boolean asFound =
        right.equals("red 0 0 255, green 0 255 0, blue 255 0 0")
            && bgr.equals(right)
            && rgb.equals("red 0 255 0, green 255 0 0, blue 0 0 0");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Djava.awt.headless=true -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
