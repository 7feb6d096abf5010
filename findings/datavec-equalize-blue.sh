#!/usr/bin/env bash
# DataVec: EqualizeHistTransform equalises the blue channel of a colour image and no other.
#
# Expected: the image is converted by the given code (COLOR_BGR2YCrCb), its brightness is equalised, and a
#           grey image stays grey, with more contrast. "the 1st channel (Y)", says the code.
# Happens:  the conversion code is kept and never used: the first channel is the blue one of BGR. Greys of
#           100 to 130 turn olive and blue, and red and green keep their contrast. Whoever augments by
#           it trains on false colours.
# With:     datavec-data-image 1.0.0-M2.1, OpenCV 4.5.5, linux-x86_64.
# Prints:   greys, in blue green red:      100 100 100, 110 110 110, 120 120 120, 130 130 130
#           by COLOR_BGR2YCrCb:            0 100 100, 85 110 110, 170 120 120, 255 130 130
#           by COLOR_BGR2HSV:              0 100 100, 85 110 110, 170 120 120, 255 130 130
#           OpenCV, Y equalised:           0 0 0, 85 85 85, 170 170 170, 255 255 255
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
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.merge;
import static org.bytedeco.opencv.global.opencv_core.split;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_BGR2HSV;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_BGR2YCrCb;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_YCrCb2BGR;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;
import static org.bytedeco.opencv.global.opencv_imgproc.equalizeHist;

import java.util.StringJoiner;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.javacv.OpenCVFrameConverter;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.datavec.image.data.ImageWritable;
import org.datavec.image.transform.EqualizeHistTransform;

public class Finding {
  static Mat greys() {
    Mat image = new Mat(2, 2, CV_8UC3);
    UByteIndexer values = image.createIndexer();
    for (int i = 0; i < 12; i++) {
      values.put(i / 6, i / 3 % 2, i % 3, 100 + 10 * (i / 3));
    }
    return image;
  }

  static String text(Mat image) {
    UByteIndexer values = image.createIndexer();
    StringJoiner pixels = new StringJoiner(", ");
    for (int i = 0; i < 4; i++) {
      StringJoiner pixel = new StringJoiner(" ");
      for (int channel = 0; channel < 3; channel++) {
        pixel.add("" + values.get(i / 2, i % 2, channel));
      }
      pixels.add(pixel.toString());
    }
    return pixels.toString();
  }

  static String transformed(int code) {
    OpenCVFrameConverter.ToMat converter = new OpenCVFrameConverter.ToMat();
    ImageWritable image = new ImageWritable(converter.convert(greys()));
    ImageWritable result = new EqualizeHistTransform(code).transform(image);
    return text(converter.convert(result.getFrame()));
  }

  static String byHand() {
    Mat image = new Mat();
    cvtColor(greys(), image, COLOR_BGR2YCrCb);
    MatVector channels = new MatVector();
    split(image, channels);
    equalizeHist(channels.get(0), channels.get(0));
    merge(channels, image);
    Mat result = new Mat();
    cvtColor(image, result, COLOR_YCrCb2BGR);
    return text(result);
  }

  public static void main(String[] args) {
    String luma = transformed(COLOR_BGR2YCrCb);
    String hue = transformed(COLOR_BGR2HSV);
    String right = byHand();
    System.out.println("greys, in blue green red:      " + text(greys()));
    System.out.println("by COLOR_BGR2YCrCb:            " + luma);
    System.out.println("by COLOR_BGR2HSV:              " + hue);
    System.out.println("OpenCV, Y equalised:           " + right);
    boolean asFound =
        right.equals("0 0 0, 85 85 85, 170 170 170, 255 255 255")
            && luma.equals("0 100 100, 85 110 110, 170 120 120, 255 130 130")
            && hue.equals(luma);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Djava.awt.headless=true -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
