#!/usr/bin/env bash
# ND4J: a NumPy file of a transposed array is another array, both written and read.
#
# Expected: Nd4j.writeAsNumpy writes what NumPy then loads as the same array: a column, a transpose, an
#           array in column-major order. Nd4j.createFromNpyFile reads what numpy.save made of a
#           transpose, which has fortran_order True in its header.
# Happens:  what is written is the memory in its own order, from its first place on, under the header of
#           a row-major array: a column of 2 and 5 is written as 1, 2, 3, 4. What is read is the memory
#           too, as if fortran_order were False. Nothing is said, so features that were saved as a
#           transpose are shuffled over the images. dup('c') before writing helps.
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64.
# Prints:   transpose, written (1 4 2 5 3 6):    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
#           column-major, written (1 2 3 4 5 6): [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]
#           column 1, written (2 5):             [1.0, 2.0, 3.0, 4.0]
#           column-major, read (1 2 3 4 5 6):    [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.nd4j</groupId><artifactId>nd4j-native-platform</artifactId>
<version>1.0.0-M2.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>1.7.36</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  /** The values of a version 1.0 file of float32, in the order in which they lie in it. */
  static float[] values(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(10 + bytes.getShort(8));
    float[] found = new float[bytes.remaining() / 4];
    bytes.asFloatBuffer().get(found);
    return found;
  }

  static float[] written(INDArray array) throws Exception {
    File file = new File("written.npy");
    Nd4j.writeAsNumpy(array, file);
    byte[] bytes = Files.readAllBytes(file.toPath());
    String header = new String(bytes, 10, 60, StandardCharsets.ISO_8859_1);
    if (!header.contains("'fortran_order': False")) {
      throw new IllegalStateException("CHANGED: " + header);
    }
    return values(bytes);
  }

  /** The file that numpy.save makes of numpy.array([[1, 2, 3], [4, 5, 6]], order="F"). */
  static File columnMajor() throws Exception {
    String header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }";
    header += " ".repeat(128 - 10 - header.length() - 1) + "\n";
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    file.write(header.getBytes(StandardCharsets.ISO_8859_1));
    ByteBuffer data = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : new float[] {1, 4, 2, 5, 3, 6}) {
      data.putFloat(value);
    }
    file.write(data.array());
    File path = new File("read.npy");
    Files.write(path.toPath(), file.toByteArray());
    return path;
  }

  public static void main(String[] args) throws Exception {
    INDArray matrix = Nd4j.createFromArray(new float[][] {{1, 2, 3}, {4, 5, 6}});
    float[] transpose = written(matrix.transpose());
    float[] columns = written(matrix.dup('f'));
    float[] column = written(matrix.getColumn(1));
    float[] read = Nd4j.createFromNpyFile(columnMajor()).dup('c').data().asFloat();
    System.out.println("transpose, written (1 4 2 5 3 6):    " + Arrays.toString(transpose));
    System.out.println("column-major, written (1 2 3 4 5 6): " + Arrays.toString(columns));
    System.out.println("column 1, written (2 5):             " + Arrays.toString(column));
    System.out.println("column-major, read (1 2 3 4 5 6):    " + Arrays.toString(read));
    boolean asFound =
        Arrays.equals(transpose, new float[] {1, 2, 3, 4, 5, 6})
            && Arrays.equals(columns, new float[] {1, 4, 2, 5, 3, 6})
            && Arrays.equals(column, new float[] {1, 2, 3, 4})
            && Arrays.equals(written(matrix.transpose().dup('c')), new float[] {1, 4, 2, 5, 3, 6})
            && Arrays.equals(read, new float[] {1, 4, 2, 5, 3, 6});
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
