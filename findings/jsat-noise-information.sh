#!/usr/bin/env bash
# JSAT: the normalised mutual information of clusters beside noise is 2.4, where at most 1 is possible.
#
# Expected: NormalizedMutualInformation gives 1 - NMI, from 0 to 1 (documented): points that DBSCAN calls noise, -1, are
#           left out of both sides, or are a cluster of their own. Of 10 points of class 0 and 90 of class 1, of which
#           DBSCAN finds 10 and 10, each in a cluster of one class, NMI is 1 without the noise.
# Happens:  -1.36, an NMI of 2.36: noise is left out of the clusters, but the shares of the classes are those of all
#           points. If noise takes half of each class, NMI is 1. 1 - ARI (AdjustedRandIndex) of the same clusters is 0.
#           Who chooses DBSCAN's radius by NMI chooses one that throws most of the larger class away.
# With:     JSAT 0.0.9.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>com.edwardraff</groupId><artifactId>JSAT</artifactId>
<version>0.0.9</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.util.Arrays;
import jsat.classifiers.CategoricalData;
import jsat.classifiers.ClassificationDataSet;
import jsat.clustering.DBSCAN;
import jsat.clustering.evaluation.AdjustedRandIndex;
import jsat.clustering.evaluation.NormalizedMutualInformation;
import jsat.linear.DenseVector;

public class Finding {
  /** 1 - NMI of DBSCAN's clusters: of each class some points lie close together, the others far from all. */
  static double[] evaluate(int[] close, int[] far) {
    ClassificationDataSet data = new ClassificationDataSet(1, new CategoricalData[0], new CategoricalData(2));
    int count = 0;
    for (int label = 0; label < 2; label++) {
      for (int i = 0; i < close[label] + far[label]; i++) {
        double x = i < close[label] ? 10 * label + 0.01 * i : 100 + 10 * count;
        data.addDataPoint(new DenseVector(new double[] {x}), new int[0], label);
        count++;
      }
    }
    int[] clusters = new DBSCAN().cluster(data, 1.0, 5, new int[count]);
    int noise = (int) Arrays.stream(clusters).filter(cluster -> cluster < 0).count();
    double information = new NormalizedMutualInformation().evaluate(clusters, data);
    double rand = new AdjustedRandIndex().evaluate(clusters, data);
    System.out.println(
        "classes of " + Arrays.toString(close) + " and " + Arrays.toString(far) + " apart: noise " + noise
            + ", 1 - NMI " + information + ", 1 - ARI " + rand);
    return new double[] {noise, information, rand};
  }

  public static void main(String[] args) {
    double[] without = evaluate(new int[] {10, 90}, new int[] {0, 0});
    double[] half = evaluate(new int[] {10, 90}, new int[] {10, 90});
    double[] most = evaluate(new int[] {10, 10}, new int[] {0, 80});
    boolean asFound =
        without[0] == 0
            && half[0] == 100
            && most[0] == 80
            && Math.abs(without[1]) < 1e-9
            && Math.abs(half[1]) < 1e-9
            && Math.abs(most[1] + 1.365) < 0.001
            && Math.abs(without[2]) < 1e-9
            && Math.abs(most[2]) < 1e-9;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'JSAT-[0-9][^/]*$'
java -cp "$(cat classpath)" Finding.java
