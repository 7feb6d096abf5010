#!/usr/bin/env bash
# ND4J: a sum is gathered in the array's own type, one value after another.
#
# Expected: 5,000 ones of HALF sum to 5,000, the bytes 200 and 100 of an image to 300, and the mean of 60
#           million floats of 1 is 1, as in NumPy and PyTorch, whatever the number of threads.
# Happens:  2048, 44, and 0.28 with one thread: a float that has reached 2^24 no longer grows by 1, and
#           each thread sums its part in this way. The loss begins long before that: the norm of 25
#           million normal values, as many as ResNet-50 has weights, is 3% too small, so a gradient is
#           clipped to another length. The mean of the bytes is right.
# With:     ND4J 1.0.0-M2.1, natives linux-x86_64, OMP_NUM_THREADS=1.
# Prints:   5,000 ones of HALF:        2048.0
#           bytes 200 + 100:           44.0
#           mean of 60 million ones:   0.2796
#           norm / norm in double:     0.9704
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
import java.util.Random;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) {
    double half = Nd4j.ones(DataType.HALF, 5_000).sumNumber().doubleValue();
    INDArray pixels = Nd4j.createFromArray(200, 100).castTo(DataType.UINT8);
    double bytes = pixels.sumNumber().doubleValue();
    INDArray ones = Nd4j.ones(DataType.FLOAT, 60_000_000);
    double mean = ones.meanNumber().doubleValue();
    ones.close();

    int length = 25_500_000;
    INDArray gradient = Nd4j.createUninitialized(DataType.FLOAT, length);
    FloatIndexer values = (FloatIndexer) gradient.data().indexer();
    Random random = new Random(1);
    double squares = 0;
    for (int i = 0; i < length; i++) {
      float value = (float) (1e-3 * random.nextGaussian());
      values.put(i, value);
      squares += (double) value * value;
    }
    double norm = gradient.norm2Number().doubleValue() / Math.sqrt(squares);

    System.out.printf("5,000 ones of HALF:        %s%n", half);
    System.out.printf("bytes 200 + 100:           %s%n", bytes);
    System.out.printf("mean of 60 million ones:   %.4f%n", mean);
    System.out.printf("norm / norm in double:     %.4f%n", norm);
    double mean8 = pixels.meanNumber().doubleValue();
    boolean asFound = mean8 == 150 && half < 4_999 && bytes == 44 && mean < 0.3 && norm < 0.98;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q -Djavacpp.platform=linux-x86_64 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
OMP_NUM_THREADS=1 java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java
