#!/usr/bin/env bash
# TwelveMonkeys: resized images are moved, to the left if enlarged and to the right if reduced.
#
# Expected: ResampleOp keeps the middle of an image in the middle: a line in the middle one of 9 columns is in the
#           middle of 27, which is column 13, and a ramp of 17 times the column is 25.5, 93.5, 161.5, 229.5 if 16
#           columns become 4, as the triangle filter gives it here, and Pillow.
# Happens:  with the default filter, Lanczos, the line stands in column 12, and the ramp is 13, 66, 136, 207; so it is
#           with Hermite, Catrom, Mitchell, Gaussian and others: column i is looked for at i times the scale, not at
#           the middle of its pixel. A network that learned from images resized elsewhere sees them moved, by up to
#           half a pixel of the result if they are reduced, and by more if they are enlarged.
# With:     TwelveMonkeys common-image 3.12.0 (issue 372 of the project is about it).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>com.twelvemonkeys.common</groupId><artifactId>common-image</artifactId>
<version>3.12.0</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import com.twelvemonkeys.image.ResampleOp;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

public class Finding {
  /** The first row of a grey square image with the given columns, resized. */
  static int[] resize(int from, int to, int filter, IntUnaryOperator column) {
    BufferedImage image = new BufferedImage(from, from, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < from * from; i++) {
      image.setRGB(i % from, i / from, column.applyAsInt(i % from) * 0x010101);
    }
    BufferedImage resized = new ResampleOp(to, to, filter).filter(image, null);
    return Arrays.stream(resized.getRGB(0, 1, to, 1, null, 0, to)).map(rgb -> rgb & 255).toArray();
  }

  /** The middle of a row's values. */
  static double middle(int[] row) {
    double sum = 0;
    double moment = 0;
    for (int i = 0; i < row.length; i++) {
      sum += row[i];
      moment += i * (double) row[i];
    }
    return moment / sum;
  }

  static boolean check(String name, int filter, double line, int... ramp) {
    double middle = middle(resize(9, 27, filter, x -> x == 4 ? 255 : 0));
    int[] reduced = resize(16, 4, filter, x -> 17 * x);
    System.out.printf("%-9sline in column %.2f of 27, ramp %s%n", name, middle, Arrays.toString(reduced));
    return Math.abs(middle - line) < 0.05 && Arrays.equals(reduced, ramp);
  }

  public static void main(String[] args) {
    boolean asFound = check("triangle", ResampleOp.FILTER_TRIANGLE, 13, 26, 94, 162, 230);
    asFound &= check("default", ResampleOp.FILTER_UNDEFINED, 12, 13, 66, 136, 207);
    asFound &= check("Lanczos", ResampleOp.FILTER_LANCZOS, 12, 13, 66, 136, 207);
    asFound &= check("Hermite", ResampleOp.FILTER_HERMITE, 12, 20, 68, 136, 204);
    asFound &= check("Mitchell", ResampleOp.FILTER_MITCHELL, 12, 21, 67, 136, 205);
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'common-image-[0-9][^/]*$'
java -Djava.awt.headless=true -cp "$(cat classpath)" Finding.java
