#!/usr/bin/env bash
# OpenBLAS: in one matrix product, equal rows have unequal results.
#
# Expected: a product of a matrix of 50 equal rows with 16 vectors has 50 equal rows.
# Happens:  where a row lies decides which kernel's loop takes it, and how its sum is rounded: with
#           Haswell's and Zen's kernels 178 of the 784 results differ from the first row's, with
#           Prescott's 28. So ties between equal vectors are broken by chance, and a search among
#           neighbours that compares products of blocks depends on the blocks.
# With:     OpenBLAS 0.3.19 (org.bytedeco:openblas 0.3.19-1.5.7) through ND4J 1.0.0-M2.1, one thread.
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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

public class Finding {
  public static void main(String[] args) {
    Nd4j.getRandom().setSeed(7);
    INDArray row = Nd4j.randn(1, 64);
    INDArray rows = Nd4j.create(50, 64).addiRowVector(row.reshape(64));
    INDArray product = rows.mmul(Nd4j.randn(16, 64).transpose());
    int different = 0;
    double furthest = 0;
    for (int i = 1; i < 50; i++) {
      for (int j = 0; j < 16; j++) {
        float difference = product.getFloat(i, j) - product.getFloat(0, j);
        different += difference != 0 ? 1 : 0;
        furthest = Math.max(furthest, Math.abs(difference));
      }
    }
    System.out.printf("%d of 784 differ from the first row's, by %.1e at most%n", different, furthest);
    System.exit(different > 0 ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE '(nd4j-native|openblas)-[01][^/]*$'
kernels=Prescott # Every x86-64 processor runs these.
if grep -qw avx2 /proc/cpuinfo; then kernels="$kernels Haswell"; fi
for kernel in $kernels; do
  printf '%s: ' "$kernel"
  OPENBLAS_CORETYPE=$kernel OMP_NUM_THREADS=1 \
    java -Dorg.bytedeco.javacpp.cachedir=cache -cp "$(cat classpath)" Finding.java ||
    { echo CHANGED; exit 1; }
done
echo "as found"
