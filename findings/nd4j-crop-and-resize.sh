#!/usr/bin/env bash
# ND4J: a preprocessor that crops images keeps the first image of a batch, and all labels.
#
# Expected: CropAndResizeDataSetPreProcessor crops each image of a DataSet; a crop of 4x4 pixels at 1, 1
#           to 4x4 pixels is a copy of pixels 1 to 4.
# Happens:  of three images the first is left, beside three labels. The crop reaches from 0.83 to 4.17,
#           interpolated between pixels: its corners are divided by the image's size where the operation
#           (as TensorFlow's crop_and_resize) counts in sizes less one.
# With:     ND4J 1.0.0-M2.1 (CPU).
# Prints:   images 1, labels 3
#           pixels 1 to 4: [0.8333334, 1.9444444, 3.0555553, 4.1666665]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.CropAndResizeDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.preprocessor.CropAndResizeDataSetPreProcessor.ResizeMethod;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) {
    // three images whose rows are 0 to 5, 10 to 15 and 20 to 25
    INDArray images = Nd4j.create(DataType.FLOAT, 3, 6, 6, 1);
    for (int image = 0; image < 3; image++) {
      for (int y = 0; y < 6; y++) {
        for (int x = 0; x < 6; x++) {
          images.putScalar(new int[] {image, y, x, 0}, 10 * image + x);
        }
      }
    }
    DataSet data = new DataSet(images, Nd4j.eye(3));
    new CropAndResizeDataSetPreProcessor(6, 6, 1, 1, 4, 4, 1, ResizeMethod.Bilinear)
        .preProcess(data);
    INDArray features = data.getFeatures();
    float[] row = features.reshape(4, 4).getRow(0).toFloatVector();
    System.out.printf("images %d, labels %d%n", features.size(0), data.getLabels().size(0));
    System.out.println("pixels 1 to 4: " + Arrays.toString(row));
    boolean asFound =
        features.size(0) == 1
            && data.getLabels().size(0) == 3
            && Math.abs(row[0] - 0.8333) < 1e-3
            && Math.abs(row[3] - 4.1667) < 1e-3;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|deeplearning4j-nn)-1[^/]*$'
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
