#!/usr/bin/env bash
# Lucene: the nearest neighbours of small features are those that were indexed first, all with a score of 1.
#
# Expected: KnnFloatVectorQuery of a field with EUCLIDEAN finds the nearest of 1000 features, whatever their scale: a
#           float32 holds 1e-4 as precisely as 1, and so the difference of two of them.
# Happens:  hits are ranked by the score 1 / (1 + d²) in float32, in the graph too, which is 1 for each d² below 3e-8
#           and has steps of 6e-8 above it. Of 200 queries 199 find the nearest feature at scale 1, 183 at 1e-3 and 2 at
#           1e-4, where the ten hits tie at 1. At 1e-5 all find features of the class that was indexed first, a tenth of
#           them rightly. Weight decay and collapse make such features, and probabilities of a network that is certain
#           differ by as little. The documentation says "Euclidean distance".
# With:     Lucene 9.12.3.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'XML'
<project><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.apache.lucene</groupId><artifactId>lucene-core</artifactId>
<version>9.12.3</version></dependency>
</dependencies>
</project>
XML

cat >Finding.java <<'JAVA'
import java.io.IOException;
import java.util.Random;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;

public class Finding {
  static final int CLASSES = 10;
  static final int ROWS = 1000;

  /** Features around the centres of their classes, the first hundred of class 0 and so on. */
  static float[][] features(Random random, double[][] centres, int rows, float scale) {
    float[][] features = new float[rows][8];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < 8; j++) {
        features[i][j] = scale * (float) (centres[i * CLASSES / rows][j] + 0.5 * random.nextGaussian());
      }
    }
    return features;
  }

  static int nearest(float[][] rows, float[] query) {
    int nearest = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < rows.length; i++) {
      double distance = 0;
      for (int j = 0; j < query.length; j++) {
        distance += Math.pow((double) rows[i][j] - query[j], 2);
      }
      if (distance < least) {
        least = distance;
        nearest = i;
      }
    }
    return nearest;
  }

  /** How many of 200 queries find their nearest feature first, one of their class, one of class 0, and equal scores. */
  static int[] found(float scale) throws IOException {
    Random random = new Random(1);
    double[][] centres = new double[CLASSES][8];
    for (double[] centre : centres) {
      for (int j = 0; j < 8; j++) {
        centre[j] = 2 * random.nextGaussian();
      }
    }
    float[][] rows = features(random, centres, ROWS, scale);
    float[][] queries = features(random, centres, 200, scale);
    int first = 0;
    int sameClass = 0;
    int firstClass = 0;
    int ones = 0;
    try (Directory directory = new ByteBuffersDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
        for (float[] row : rows) {
          Document document = new Document();
          document.add(new KnnFloatVectorField("features", row, VectorSimilarityFunction.EUCLIDEAN));
          writer.addDocument(document);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        for (int i = 0; i < queries.length; i++) {
          ScoreDoc[] hits = searcher.search(new KnnFloatVectorQuery("features", queries[i], 10), 10).scoreDocs;
          first += hits[0].doc == nearest(rows, queries[i]) ? 1 : 0;
          sameClass += hits[0].doc * CLASSES / ROWS == i * CLASSES / queries.length ? 1 : 0;
          firstClass += hits[0].doc < ROWS / CLASSES ? 1 : 0;
          ones += hits[0].score == 1 && hits[9].score == 1 ? 1 : 0;
        }
      }
    }
    System.out.println(
        "of 200 queries at scale " + scale + ": nearest found " + first + ", class found " + sameClass
            + ", the first class found " + firstClass + ", ten scores of 1 " + ones);
    return new int[] {first, sameClass, firstClass, ones};
  }

  public static void main(String[] args) throws IOException {
    int[] one = found(1);
    int[] thousandth = found(1e-3f);
    int[] small = found(1e-4f);
    int[] smaller = found(1e-5f);
    boolean asFound =
        one[0] > 195
            && one[1] == 200
            && thousandth[0] < 195
            && small[0] < 20
            && small[3] > 190
            && smaller[1] < 40
            && smaller[2] > 180;
    System.out.println(asFound ? "as found" : "CHANGED");
    System.exit(asFound ? 0 : 1);
  }
}
JAVA

mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
tr : '\n' <classpath | grep -oE 'lucene-core-[0-9][^/]*$'
java -cp "$(cat classpath)" Finding.java
