#!/usr/bin/env bash
# Spark: of a 16-bit grey image the low byte of each pixel is read.
#
# Expected: the data source "image", whose images have 8 bits, scales a grey PNG file of 16 bits, or takes the high
#           byte: of a ramp from 0 to 65535 a ramp from 0 to 255.
# Happens:  it takes the low byte, which is noise: 0x7F00 is 0, 0x7FFF is 255, and 0x8000, lighter than both, is 0. The
#           file counts as a valid image of one channel. Medical images and depths are of this kind.
# With:     spark-mllib_2.13 4.0.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.apache.spark</groupId><artifactId>spark-mllib_2.13</artifactId>
<version>4.0.1</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

public class Finding {
  public static void main(String[] args) throws IOException {
    int[] samples = {0x0000, 0x00FF, 0x7F00, 0x7FFF, 0x8000, 0xFF00, 0xFF80, 0xFFFF};
    BufferedImage image = new BufferedImage(samples.length, 1, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setPixels(0, 0, samples.length, 1, samples);
    new File("images").mkdir();
    ImageIO.write(image, "png", new File("images/grey.png"));
    SparkSession spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
    Row row = spark.read().format("image").load("images").select("image.nChannels", "image.data").first();
    byte[] data = row.getAs(1);
    int[] bytes = new int[data.length];
    int[] high = new int[data.length];
    int[] low = new int[data.length];
    for (int i = 0; i < data.length; i++) {
      bytes[i] = data[i] & 255;
      high[i] = samples[i] >> 8;
      low[i] = samples[i] & 255;
    }
    System.out.println("high bytes: " + Arrays.toString(high));
    System.out.println("channels: " + row.getInt(0) + ", read: " + Arrays.toString(bytes));
    boolean asFound = row.getInt(0) == 1 && Arrays.equals(bytes, low);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'spark-mllib_[^/]*$'
opens=$(for package in java.base/{java.lang,java.lang.invoke,java.nio,java.util,java.util.concurrent,sun.nio.ch}; do
  echo "--add-opens=$package=ALL-UNNAMED"
done)
java $opens -cp "$(cat classpath)" Finding.java 2>log || { cat log; exit 1; }
