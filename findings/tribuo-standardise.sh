#!/usr/bin/env bash
# Tribuo: standardised pixels have a mean of 0 only if black is left out, and some become NaN.
#
# Expected: MeanStdDevTransformation of images of an IDX file, MNIST's format, gives each pixel the mean 0 over the
#           images and the deviation 1, and 0 to a pixel that never changes, as scikit-learn's StandardScaler does: of
#           a pixel that is 40, 200, 0, 0 it makes -0.21, 1.47, -0.63, -0.63 (by the deviation of a sample).
# Happens:  the reader leaves black pixels out, and unless told otherwise (includeImplicitZeroFeatures, documented)
#           mean and deviation are those of 40 and 200: -0.71, 0.71, 0, 0. Told so, it is 0.61, 3.06, 0, 0: then the
#           mean is taken for 0 and the deviation for 65, not 95. A pixel of one grey in all images becomes NaN, or
#           infinite if told, and so does one that is not black in a single image, of which MNIST has some at its
#           borders. A line of the log at level INFO says that it has one value; the training goes on with them.
# With:     Tribuo 4.3.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.tribuo</groupId><artifactId>tribuo-classification-core</artifactId>
<version>4.3.2</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.datasource.IDXDataSource;
import org.tribuo.transform.TransformationMap;
import org.tribuo.transform.TransformerMap;
import org.tribuo.transform.transformations.MeanStdDevTransformation;

public class Finding {
  /** Writes an IDX file of bytes. */
  static Path write(String name, int[] shape, int... values) throws IOException {
    Path file = Path.of(name);
    try (DataOutputStream output = new DataOutputStream(Files.newOutputStream(file))) {
      output.writeInt(0x800 + shape.length);
      for (int size : shape) {
        output.writeInt(size);
      }
      for (int value : values) {
        output.writeByte(value);
      }
    }
    return file;
  }

  /** The pixels of the images after standardising, by image; those left out stay 0. */
  static String standardise(Dataset<Label> images, boolean zeros) {
    TransformationMap map = new TransformationMap(List.of(new MeanStdDevTransformation()));
    TransformerMap transformers = images.createTransformers(map, zeros);
    StringBuilder text = new StringBuilder();
    for (Example<Label> image : transformers.transformDataset(images, zeros)) {
      double[] pixels = new double[3];
      for (Feature pixel : image) {
        pixels[Integer.parseInt(pixel.getName())] = pixel.getValue();
      }
      String[] shown =
          Arrays.stream(pixels).mapToObj(value -> String.format(Locale.ROOT, "%.2f", value)).toArray(String[]::new);
      text.append(text.isEmpty() ? "" : ", ").append(String.join(" ", shown));
    }
    System.out.println((zeros ? "with" : "without") + " black pixels: " + text);
    return text.toString();
  }

  public static void main(String[] args) throws IOException {
    Logger.getLogger("org.tribuo").setLevel(Level.WARNING);
    // The pixels of an image: one of two greys or black, one always of the same grey, one not black once.
    Path images = write("images", new int[] {4, 1, 3}, 40, 90, 0, 200, 90, 0, 0, 90, 0, 0, 90, 70);
    Path labels = write("labels", new int[] {4}, 0, 1, 0, 1);
    MutableDataset<Label> read = new MutableDataset<>(new IDXDataSource<>(images, labels, new LabelFactory()));
    boolean asFound =
        standardise(read, false).equals("-0.71 NaN 0.00, 0.71 NaN 0.00, 0.00 NaN 0.00, 0.00 NaN NaN")
            & standardise(read, true)
                .equals("0.61 Infinity NaN, 3.06 Infinity NaN, 0.00 Infinity NaN, 0.00 Infinity Infinity");
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'tribuo-classification-core-[0-9][^/]*$'
java -cp "$(cat classpath)" Finding.java
