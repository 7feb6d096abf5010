#!/usr/bin/env bash
# DJL: a centre crop does not crop a side that is longer by one pixel.
#
# Expected: new CenterCrop(224, 224) makes 224 x 224 pixels of any image that is at least as large, and CenterFit of any
#           image at all ("fit the size of image").
# Happens:  of 226 x 225 pixels they make 224 x 225: a side is cut only where half of what is over, as a whole number,
#           is above 0, so one pixel is never cut off.
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
import ai.djl.modality.cv.transform.CenterFit;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.Transform;

public class Finding {
  public static void main(String[] args) {
    boolean asFound = true;
    try (NDManager manager = NDManager.newBaseManager()) {
      for (Transform transform : new Transform[] {new CenterCrop(224, 224), new CenterFit(224, 224)}) {
        for (int height : new int[] {224, 225, 226}) {
          Shape shape = transform.transform(manager.zeros(new Shape(height, 226, 3), DataType.UINT8)).getShape();
          System.out.println(transform.getClass().getSimpleName() + " of height " + height + ": " + shape);
          asFound &= shape.equals(new Shape(height == 225 ? 225 : 224, 224, 3));
        }
      }
    }
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(pytorch-engine|pytorch-native-cpu)-[0-9][^/]*$'
java -DDJL_CACHE_DIR=cache -Dai.djl.offline=true -cp "$(cat classpath)" Finding.java
