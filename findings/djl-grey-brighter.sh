#!/usr/bin/env bash
# DJL: grey images get brighter when they are resized, or if they have 16 bits or transparency.
#
# Expected: a PNG file of one grey, 128 of 255, is 128 in each pixel as an array, with 16 bits too (32896 of 65535),
#           and with a channel of transparency that says opaque; and resized it stays what it is.
# Happens:  with 8 bits it is 128, and 188 after Image.resize; with 16 bits 188, and 223 after it; with transparency
#           188. All but the first take the way through Java's grey, which is linear in light.
# With:     DJL 0.33.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>ai.djl</groupId><artifactId>api</artifactId>
<version>0.33.0</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>2.0.17</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.ndarray.NDManager;
import ai.djl.util.passthrough.PassthroughNDManager;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

public class Finding {
  static Image read(BufferedImage image, int... sample) throws IOException {
    for (int i = 0; i < 64; i++) {
      image.getRaster().setPixel(i % 8, i / 8, sample);
    }
    ImageIO.write(image, "png", new File("grey.png"));
    return ImageFactory.getInstance().fromFile(Path.of("grey.png"));
  }

  static int first(Image image) {
    return image.toNDArray(PassthroughNDManager.INSTANCE, Image.Flag.GRAYSCALE).toByteBuffer().get(0) & 255;
  }

  public static void main(String[] args) throws IOException {
    Image eight = read(new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY), 128);
    Image sixteen = read(new BufferedImage(8, 8, BufferedImage.TYPE_USHORT_GRAY), 128 * 257);
    ColorSpace grey = ColorSpace.getInstance(ColorSpace.CS_GRAY);
    ComponentColorModel model =
        new ComponentColorModel(grey, true, false, Transparency.TRANSLUCENT, DataBuffer.TYPE_BYTE);
    WritableRaster raster = model.createCompatibleWritableRaster(8, 8);
    Image opaque = read(new BufferedImage(model, raster, false, null), 128, 255);
    int[] found = {
      first(eight), first(eight.resize(4, 4, true)), first(sixteen), first(sixteen.resize(4, 4, true)), first(opaque)
    };
    System.out.println("8 bits: " + found[0] + ", resized " + found[1]);
    System.out.println("16 bits: " + found[2] + ", resized " + found[3]);
    System.out.println("8 bits and opaque: " + found[4]);
    boolean asFound = found[0] == 128 && found[1] == 188 && found[2] == 188 && found[3] == 223 && found[4] == 188;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'api-0[^/]*$'
java -cp "$(cat classpath)" Finding.java
