#!/usr/bin/env bash
# DJL: a bicubic resize of bytes puts white specks beside edges in the dark, and black ones in the light.
#
# Expected: NDImageUtils.resize of an image of bytes, as ImageFactory reads it, clamps what bicubic interpolation
#           overshoots to 0 and 255, as Pillow and OpenCV do.
# Happens:  it wraps around: at an edge from 0 to 255 (in float32: -6, -17.9, 51.8, 203.2, 272.9, 261) the bytes are
#           251, 239, 51, 203, 16, 4. Fractions are cut off: bilinear, 63.75 is 63. In float32 there are no specks.
# With:     DJL 0.33.0, PyTorch 2.5.1 (CPU, x86-64).
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
import ai.djl.modality.cv.Image.Interpolation;
import ai.djl.modality.cv.util.NDImageUtils;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

public class Finding {
  public static void main(String[] args) {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray floats = manager.zeros(new Shape(8, 8, 1));
      floats.set(new NDIndex(":, 4:"), 255);
      NDArray bytes = floats.toType(DataType.UINT8, true);
      int[] cubic = row(bytes, Interpolation.BICUBIC).toUint8Array();
      int[] linear = row(bytes, Interpolation.BILINEAR).toUint8Array();
      System.out.println("a row of 8, from 0 to 255 in its middle, made 16");
      System.out.println("bicubic, bytes:  " + Arrays.toString(cubic));
      System.out.println("bicubic, floats: " + Arrays.toString(row(floats, Interpolation.BICUBIC).toFloatArray()));
      System.out.println("bilinear, bytes: " + Arrays.toString(linear));
      boolean asFound = cubic[6] == 239 && cubic[9] == 16 && linear[7] == 63;
      System.out.println(asFound ? "as found" : "CHANGED");
      System.exit(asFound ? 0 : 1);
    }
  }

  private static NDArray row(NDArray image, Interpolation interpolation) {
    return NDImageUtils.resize(image, 16, 8, interpolation).get("0, :, 0");
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(pytorch-engine|pytorch-native-cpu)-[0-9][^/]*$'
java -DDJL_CACHE_DIR=cache -Dai.djl.offline=true -cp "$(cat classpath)" Finding.java
