#!/usr/bin/env bash
# DJL: most random resized crops of a wide image are its centre, neither random nor resized.
#
# Expected: RandomResizedCrop(32, 32) cuts a random 8% to 100% of an image's area out and resizes it to 32 x 32 pixels.
#           Where no such crop has an allowed aspect ratio, torchvision takes the largest allowed one, and resizes it.
# Happens:  of an image of 400 x 100 pixels about 7 of 10 crops are the very 32 x 32 pixels in its middle: 2.6% of its
#           area, unscaled and always the same. An image that is lower than 32 comes out as low as it is.
# With:     DJL 0.33.0, PyTorch 2.5.1 (CPU).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>ai.djl.pytorch</groupId><artifactId>pytorch-engine</artifactId>
<version>0.33.0</version></dependency>
<dependency><groupId>ai.djl.pytorch</groupId><artifactId>pytorch-jni</artifactId>
<version>2.5.1-0.33.0</version></dependency>
<dependency><groupId>ai.djl.pytorch</groupId><artifactId>pytorch-native-cpu</artifactId>
<version>2.5.1</version><classifier>linux-x86_64</classifier></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>2.0.17</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import ai.djl.modality.cv.transform.CenterCrop;
import ai.djl.modality.cv.transform.RandomResizedCrop;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.TreeMap;

public class Finding {
  public static void main(String[] args) {
    try (NDManager manager = NDManager.newBaseManager()) {
      RandomResizedCrop transform = new RandomResizedCrop(32, 32);
      NDArray wide = manager.arange(100 * 400 * 3f).reshape(100, 400, 3);
      NDArray middle = new CenterCrop(32, 32).transform(wide);
      int same = 0;
      for (int i = 0; i < 300; i++) {
        same += transform.transform(wide).contentEquals(middle) ? 1 : 0;
      }
      System.out.println("400 x 100 pixels: " + same + " of 300 crops are the 32 x 32 pixels in the middle");
      Map<String, Integer> shapes = new TreeMap<>();
      for (int i = 0; i < 300; i++) {
        Shape shape = transform.transform(manager.zeros(new Shape(20, 100, 3))).getShape();
        shapes.merge(shape.get(1) + " x " + shape.get(0), 1, Integer::sum);
      }
      System.out.println("100 x 20 pixels: sizes and how often " + shapes);
      boolean asFound = same > 150 && same < 270 && shapes.getOrDefault("32 x 20", 0) > 150;
      System.out.println(asFound ? "as found" : "CHANGED");
      System.exit(asFound ? 0 : 1);
    }
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(pytorch-engine|pytorch-native-cpu)-[0-9][^/]*$'
java -DDJL_CACHE_DIR=cache -Dai.djl.offline=true -cp "$(cat classpath)" Finding.java
