#!/usr/bin/env bash
# OpenCV: the channel masks of a 32-bit BMP are ignored, and 5-bit channels do not reach 255.
#
# Expected: a BMP with the compression BITFIELDS says where red, green and blue are; with red in the
#           lowest byte (masks ff, ff00, ff0000), a pixel of red 200, green 30, blue 90 is read as
#           that. A full channel of a 16-bit BMP is 255, as white must stay white.
# Happens:  the 32-bit pixel is read as if blue were in the lowest byte, without a word: red and blue
#           change places. White of 16 bits becomes 248, 252, 248.
# With:     OpenCV 4.5.5, org.bytedeco:opencv 4.5.5-1.5.7, linux-x86_64.
# Prints:   32 bits, masks ff0000 ff00 ff: 200 30 90
#           32 bits, masks ff ff00 ff0000: 90 30 200
#           16 bits, white:                248 252 248
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.bytedeco</groupId><artifactId>opencv</artifactId>
<version>4.5.5-1.5.7</version></dependency>
<dependency><groupId>org.bytedeco</groupId><artifactId>opencv</artifactId>
<version>4.5.5-1.5.7</version><classifier>linux-x86_64</classifier></dependency>
<dependency><groupId>org.bytedeco</groupId><artifactId>openblas</artifactId>
<version>0.3.19-1.5.7</version><classifier>linux-x86_64</classifier></dependency>
<dependency><groupId>org.bytedeco</groupId><artifactId>javacpp</artifactId>
<version>1.5.7</version><classifier>linux-x86_64</classifier></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

public class Finding {
  /** A BMP of 4 x 4 equal pixels with BITFIELDS; returns red, green and blue as OpenCV reads them. */
  static String read(int bits, int pixel, int red, int green, int blue) {
    int rowBytes = 4 * bits / 8;
    int offset = 14 + 40 + 12;
    ByteBuffer file =
        ByteBuffer.allocate(offset + 4 * rowBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 'B').put((byte) 'M').putInt(file.capacity()).putInt(0).putInt(offset);
    file.putInt(40).putInt(4).putInt(4).putShort((short) 1).putShort((short) bits).putInt(3);
    file.putInt(4 * rowBytes).putInt(2835).putInt(2835).putInt(0).putInt(0);
    file.putInt(red).putInt(green).putInt(blue);
    for (int i = 0; i < 16; i++) {
      if (bits == 32) {
        file.putInt(pixel);
      } else {
        file.putShort((short) pixel);
      }
    }
    Mat bytes = new Mat(new BytePointer(file.array()));
    Mat image = opencv_imgcodecs.imdecode(bytes, opencv_imgcodecs.IMREAD_COLOR);
    BytePointer bgr = image.ptr(0);
    return (bgr.get(2) & 255) + " " + (bgr.get(1) & 255) + " " + (bgr.get(0) & 255);
  }

  public static void main(String[] args) {
    String usual = read(32, 200 << 16 | 30 << 8 | 90, 0xff0000, 0xff00, 0xff);
    String other = read(32, 90 << 16 | 30 << 8 | 200, 0xff, 0xff00, 0xff0000);
    String white = read(16, 0xffff, 0xf800, 0x07e0, 0x001f);
    System.out.println("32 bits, masks ff0000 ff00 ff: " + usual);
    System.out.println("32 bits, masks ff ff00 ff0000: " + other);
    System.out.println("16 bits, white:                " + white);
    boolean asFound =
        usual.equals("200 30 90") && other.equals("90 30 200") && white.startsWith("248 ");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
