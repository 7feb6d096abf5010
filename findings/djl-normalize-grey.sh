#!/usr/bin/env bash
# DJL: a grey image that is normalised has three channels.
#
# Expected: NDImageUtils.normalize(image, mean, std), with one mean and one deviation, keeps the shape of a grey image:
#           1 x 28 x 28.
# Happens:  3 x 28 x 28, the image three times: the one mean is always made three, which are subtracted with
#           broadcasting. Resized and of 3 channels, it passes any check of an RGB network's input. The other method,
#           normalize(image, {mean}, {std}), throws for a grey image.
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
import ai.djl.modality.cv.util.NDImageUtils;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

public class Finding {
  public static void main(String[] args) {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray image = NDImageUtils.toTensor(manager.zeros(new Shape(28, 28, 1), DataType.UINT8));
      Shape shape = NDImageUtils.normalize(image, 0.1307f, 0.3081f).getShape();
      System.out.println("before " + image.getShape() + ", normalised " + shape);
      String arrays;
      try {
        arrays = NDImageUtils.normalize(image, new float[] {0.1307f}, new float[] {0.3081f}).getShape().toString();
      } catch (IllegalArgumentException e) {
        arrays = e.getMessage();
      }
      System.out.println("with arrays of one: " + arrays);
      boolean asFound = image.getShape().get(0) == 1 && shape.equals(new Shape(3, 28, 28));
      System.out.println(asFound ? "as found" : "CHANGED");
      System.exit(asFound ? 0 : 1);
    }
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(pytorch-engine|pytorch-native-cpu)-[0-9][^/]*$'
java -DDJL_CACHE_DIR=cache -Dai.djl.offline=true -cp "$(cat classpath)" Finding.java
