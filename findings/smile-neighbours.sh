#!/usr/bin/env bash
# Smile: the first of the k nearest neighbours is the farthest, and a copy of an image changes who they are.
#
# Expected: search(q, k) returns the nearest neighbour first, as scikit-learn does, and the same neighbours for equal
#           features, whichever array they stand in.
# Happens:  the nearest one is the last: [0] is the farthest of the k, in LinearSearch, KDTree, CoverTree and LSH (the
#           documentation does not tell the order). An image of the data set is not its own neighbour if it is looked
#           for by the array that was indexed, but it is by a copy of it (documented for nearest): of random features
#           whose nearest neighbours tell 9% of the labels all are told if they have been read again.
# With:     Smile 3.1.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>com.github.haifengl</groupId><artifactId>smile-core</artifactId>
<version>3.1.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId>
<version>2.0.17</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import smile.math.distance.EuclideanDistance;
import smile.neighbor.CoverTree;
import smile.neighbor.KDTree;
import smile.neighbor.KNNSearch;
import smile.neighbor.LSH;
import smile.neighbor.LinearSearch;
import smile.neighbor.Neighbor;

public class Finding {
  public static void main(String[] args) {
    double[][] row = {{0, 0}, {1, 0}, {3, 0}, {6, 0}, {10, 0}};
    Map<String, KNNSearch<double[], double[]>> searches = new LinkedHashMap<>();
    searches.put("LinearSearch", LinearSearch.of(row, new EuclideanDistance()));
    searches.put("KDTree", new KDTree<>(row, row));
    searches.put("CoverTree", CoverTree.of(row, new EuclideanDistance()));
    searches.put("LSH", new LSH<>(row, row, 100));
    boolean asFound = true;
    for (Map.Entry<String, KNNSearch<double[], double[]>> search : searches.entrySet()) {
      Neighbor<double[], double[]>[] neighbours = search.getValue().search(new double[] {0.1, 0}, 3);
      double[] found = Arrays.stream(neighbours).mapToDouble(neighbour -> neighbour.key[0]).toArray();
      System.out.println(search.getKey() + ", the 3 nearest to 0.1: " + Arrays.toString(found));
      asFound &= Arrays.equals(found, new double[] {3, 1, 0});
    }

    Random random = new Random(1);
    double[][] features = new double[1000][10];
    int[] labels = new int[features.length];
    for (int i = 0; i < features.length; i++) {
      labels[i] = i % 10;
      Arrays.setAll(features[i], j -> random.nextGaussian());
    }
    LinearSearch<double[], double[]> all = LinearSearch.of(features, new EuclideanDistance());
    int same = 0;
    int copied = 0;
    for (int i = 0; i < features.length; i++) {
      same += labels[all.nearest(features[i]).index] == labels[i] ? 1 : 0;
      copied += labels[all.nearest(features[i].clone()).index] == labels[i] ? 1 : 0;
    }
    System.out.println("right of 1000, by the arrays: " + same + ", by copies of them: " + copied);
    asFound &= same < 200 && copied == 1000;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'smile-(base|core)-[0-9][^/]*$'
java -cp "$(cat classpath)" Finding.java
